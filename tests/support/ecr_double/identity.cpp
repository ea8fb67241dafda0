#include "support/ecr_double/identity.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/strings.hpp"
#include "support/ecr_double/sigv4.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::chrono::minutes kAllowedSkew{5};
constexpr std::size_t kPayloadBytes = 450;  // Gives a password of about the length of AWS's.

SignatureVerdict invalid_signature(std::string message) {
  return {"InvalidSignatureException", std::move(message)};
}

std::set<std::string> all_regions(const Options& options) {
  auto regions = options.other_regions;
  regions.insert(options.region);
  return regions;
}

/// AWS wants Host and every X-Amz header that is there to be signed.
std::optional<std::string> unsigned_header(const Request& request, const Authorization& given) {
  const auto names = base::split(given.signed_headers, ';');
  const auto is_signed = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_signed("host")) {
    return "Host";
  }
  for (const auto& [field, value] : request.headers) {
    const auto name = base::lower(field);
    if (name.starts_with("x-amz-") && !is_signed(name)) {
      return field;
    }
  }
  return std::nullopt;
}

std::optional<SignatureVerdict> check_time(const std::string& text, base::Wall::time_point now) {
  const auto time = parse_amz_date(text);
  if (!time) {
    return SignatureVerdict{
        "IncompleteSignatureException",
        "Date must be in ISO-8601 'basic format'. Got '" + base::printable(text) + "'."};
  }
  if (*time < now - kAllowedSkew) {
    return invalid_signature("Signature expired: " + text + " is now earlier than " +
                             amz_date(now - kAllowedSkew) + " (" + amz_date(now) + " - 5 min.)");
  }
  if (*time > now + kAllowedSkew) {
    return invalid_signature("Signature not yet current: " + text + " is still later than " +
                             amz_date(now + kAllowedSkew) + " (" + amz_date(now) + " + 5 min.)");
  }
  return std::nullopt;
}

}  // namespace

Identity::Identity(const Options& options, const base::Clock& clock)
    : regions_(all_regions(options)), clock_(clock) {
  credentials_[options.credentials.access_key] = {options.credentials,
                                                  base::Wall::time_point::max()};
}

SignatureVerdict Identity::verify(const Request& request, std::string_view service) const {
  const auto header = request.header("Authorization");
  if (header.empty()) {
    return {"MissingAuthenticationTokenException", "Missing Authentication Token"};
  }
  const auto given = parse_authorization(header);
  if (!given) {
    return {"IncompleteSignatureException",
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' "
            "parameters."};
  }
  Known known;
  {
    const std::lock_guard lock(mutex_);
    const auto found = credentials_.find(given->access_key);
    if (found == credentials_.end()) {
      return {"UnrecognizedClientException",
              "The security token included in the request is invalid."};
    }
    known = found->second;
  }
  return verify_with(known, request, service);
}

SignatureVerdict Identity::verify_with(const Known& known, const Request& request,
                                       std::string_view service) const {
  const auto given = *parse_authorization(request.header("Authorization"));
  const auto time = request.header("X-Amz-Date");
  const auto now = clock_.wall();
  if (const auto wrong = check_time(time, now)) {
    return *wrong;
  }
  if (given.service != service) {
    return invalid_signature("Credential should be scoped to correct service: '" +
                             std::string(service) + "'.");
  }
  if (!regions_.contains(given.region)) {
    return invalid_signature("Credential should be scoped to a valid region.");
  }
  if (given.date != time.substr(0, 8)) {
    return invalid_signature(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
        "version of date from HTTP.");
  }
  if (const auto name = unsigned_header(request, given)) {
    return invalid_signature("'" + *name + "' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (request.header("X-Amz-Security-Token") != known.credentials.session_token) {
    return {"UnrecognizedClientException",
            "The security token included in the request is invalid."};
  }
  if (header_signature(request, given, time, known.credentials.secret_key) != given.signature) {
    return invalid_signature(
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.");
  }
  if (now >= known.expires_at) {
    return {"ExpiredTokenException", "The security token included in the request is expired"};
  }
  return {};
}

Credentials Identity::issue_credentials(base::Wall::time_point expires_at) {
  const std::lock_guard lock(mutex_);
  const auto number = std::to_string(++issued_);
  const Credentials credentials{"ASIADOUBLEISSUED" + number, base::random_hex(20),
                                "FwoGZXIvYXdzEISSUED+/" + base::random_hex(120) + "=="};
  credentials_[credentials.access_key] = {credentials, expires_at};
  return credentials;
}

void Identity::expire_credentials() {
  const auto now = clock_.wall();
  const std::lock_guard lock(mutex_);
  for (auto& [access_key, known] : credentials_) {
    known.expires_at = std::min(known.expires_at, now);
  }
}

Token Identity::issue_token(std::chrono::milliseconds life) {
  const auto expires_at = clock_.wall() + life;
  const nlohmann::json inside = {{"payload", base::random_hex(kPayloadBytes)},
                                 {"datakey", base::random_hex(92)},
                                 {"version", "2"},
                                 {"type", "DATA_KEY"},
                                 {"expiration", base::unix_micros(expires_at) / 1'000'000}};
  Token token{base::base64_encode(inside.dump()), expires_at};
  const std::lock_guard lock(mutex_);
  tokens_["Basic " + base::base64_encode("AWS:" + token.password)] = expires_at;
  return token;
}

TokenState Identity::token_state(const std::string& authorization) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(authorization);
  if (found == tokens_.end()) {
    return TokenState::Unknown;
  }
  return clock_.wall() < found->second ? TokenState::Good : TokenState::Expired;
}

void Identity::expire_tokens() {
  const auto now = clock_.wall();
  const std::lock_guard lock(mutex_);
  for (auto& [authorization, expires_at] : tokens_) {
    expires_at = std::min(expires_at, now);
  }
}

}  // namespace ecrelay::ecr_double
