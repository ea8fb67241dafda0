#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace ecrelay::aws {

/// AWS credentials, static or of a session. Value type.
struct Credentials {
  std::string access_key_id;
  base::Secret secret_access_key;
  base::Secret session_token;  ///< empty for long-lived keys
  std::optional<base::Wall::time_point> expiration;
  std::string source;  ///< CredentialSource::name() of where they came from
};

/// One place that credentials can come from; one file each. Used by one thread at a time.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  /// For a person: "environment", "web identity".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// What would have to be there for it to be configured: "AWS_ACCESS_KEY_ID".
  [[nodiscard]] virtual std::string_view looked_for() const = 0;
  /// Whether the user means this source; may be asked often, so no network.
  [[nodiscard]] virtual bool configured() const = 0;
  /// Fresh credentials, within 5 s. The error says what to set or to allow.
  virtual base::Result<Credentials> fetch() = 0;
};

}  // namespace ecrelay::aws
