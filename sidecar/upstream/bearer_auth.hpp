#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/url.hpp"
#include "net/http_client.hpp"
#include "upstream/registry_auth.hpp"

namespace ecrelay::upstream {

/// Anonymous access to a public registry: the Bearer token that its challenge asks for
/// (distribution, "Token Authentication Specification"), one per repository, kept for its life. The
/// realm is asked only if it is https, or loopback like the registry itself; once for all who were
/// refused at the same time. Thread-safe.
class BearerAuth final : public RegistryAuth {
 public:
  BearerAuth(base::Url registry, net::HttpClient& client, const base::Clock& clock);

  base::Result<std::uint64_t> authorize(net::HttpRequest& request,
                                        const std::string& repository) override;
  bool renew(std::uint64_t generation, const std::string& repository, int status,
             const net::Headers& headers, std::string_view body) override;

 private:
  struct Token {
    base::Secret token;
    std::uint64_t generation = 0;
    base::Wall::time_point expires_at;
    std::string challenges;  ///< that it was asked for by
  };
  base::Result<net::HttpRequest> realm_request(const std::string& repository,
                                               const std::string& challenges) const;
  base::Result<Token> ask_realm(const std::string& repository, const std::string& challenges);
  /// The token to send, or null. Needs the lock.
  [[nodiscard]] const Token* usable(const std::string& repository) const;

  const base::Url registry_;
  net::HttpClient& client_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::set<std::string> asking_;         // repositories whose realm is being asked
  std::map<std::string, Token> tokens_;  // by repository
  std::uint64_t last_generation_ = 0;
};

}  // namespace ecrelay::upstream
