#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "base/url.hpp"
#include "net/http_client.hpp"
#include "upstream/registry_auth.hpp"

namespace ecrelay::upstream {

/// Anonymous access to a public registry: the Bearer token that its challenge asks for
/// (distribution, "Token Authentication Specification"), one per repository, kept for its life. The
/// realm is asked only if it is https, or loopback like the registry itself. Thread-safe.
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
  };
  base::Result<Token> ask_realm(const std::string& repository, const std::string& challenges);

  const base::Url registry_;
  net::HttpClient& client_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Token> tokens_;  // by repository
  std::uint64_t last_generation_ = 0;
};

}  // namespace ecrelay::upstream
