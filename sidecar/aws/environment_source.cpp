#include "aws/environment_source.hpp"

#include <string>
#include <utility>

#include "base/timestamps.hpp"

namespace ecrelay::aws {
namespace {
constexpr std::string_view kKeyId = "AWS_ACCESS_KEY_ID";
constexpr std::string_view kSecretKey = "AWS_SECRET_ACCESS_KEY";
constexpr std::string_view kExpiration = "AWS_CREDENTIAL_EXPIRATION";

base::Error incomplete(std::string_view there, std::string_view missing) {
  return {
      base::ErrorCode::Unauthenticated,
      std::string(there) + " is set but " + std::string(missing) + " is not: set both or neither"};
}
}  // namespace

EnvironmentSource::EnvironmentSource(base::Environment environment)
    : environment_(std::move(environment)) {}

bool EnvironmentSource::configured() const {
  return environment_.get(kKeyId).has_value() || environment_.get(kSecretKey).has_value();
}

base::Result<Credentials> EnvironmentSource::fetch() {
  const auto key_id = environment_.get(kKeyId);
  auto secret_key = environment_.get(kSecretKey);
  if (!key_id) {
    return incomplete(kSecretKey, kKeyId);
  }
  if (!secret_key) {
    return incomplete(kKeyId, kSecretKey);
  }
  // botocore looks at the old name of the token first.
  auto token = environment_.get("AWS_SECURITY_TOKEN");
  if (!token) {
    token = environment_.get("AWS_SESSION_TOKEN");
  }
  Credentials credentials{.access_key_id = *key_id,
                          .secret_access_key = base::Secret(*std::move(secret_key)),
                          .session_token = base::Secret(std::move(token).value_or(std::string())),
                          .source = std::string(name())};
  if (const auto expiration = environment_.get(kExpiration)) {
    credentials.expiration = base::parse_iso8601(*expiration);
    if (!credentials.expiration) {
      return base::Error{base::ErrorCode::InvalidArgument,
                         std::string(kExpiration) +
                             " is not a time such as 2026-01-02T03:04:05Z: mend or unset it"};
    }
  }
  return credentials;
}

}  // namespace ecrelay::aws
