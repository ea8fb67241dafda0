#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/options.hpp"

namespace ecrelay::ecr_double {

struct Token {
  std::string password;  ///< of the user AWS
  base::Wall::time_point expires_at;
};

enum class TokenState { Good, Expired, Unknown };

/// Why a signature was refused, in AWS's words. An empty code: it was good.
struct SignatureVerdict {
  std::string code;
  std::string message;
  [[nodiscard]] bool good() const { return code.empty(); }
};

/// Who may call: the AWS credentials in force, and the registry's tokens. Thread-safe.
class Identity {
 public:
  Identity(const Options& options, const base::Clock& clock);

  /// Recomputes the request's signature (reference: SigV4), with AWS's allowance of 5 minutes.
  [[nodiscard]] SignatureVerdict verify(const Request& request, std::string_view service) const;
  /// New temporary credentials, as STS hands them out.
  Credentials issue_credentials(base::Wall::time_point expires_at);
  /// From now on every credential that was issued or given answers ExpiredTokenException.
  void expire_credentials();

  Token issue_token(std::chrono::milliseconds life);
  /// Of an Authorization header of the registry.
  [[nodiscard]] TokenState token_state(const std::string& authorization) const;
  void expire_tokens();

 private:
  struct Known {
    Credentials credentials;
    base::Wall::time_point expires_at;
  };
  SignatureVerdict verify_with(const Known& known, const Request& request,
                               std::string_view service) const;

  const std::set<std::string> regions_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> credentials_;              ///< by access key
  std::map<std::string, base::Wall::time_point> tokens_;  ///< by Authorization header
  unsigned issued_ = 0;
};

}  // namespace ecrelay::ecr_double
