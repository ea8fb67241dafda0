#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "aws/ecr_documents.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "upstream/registry_auth.hpp"

namespace ecrelay::upstream {

/// ECR's password for the registries of one account and Region. Fetched when first needed, renewed
/// from half of its life on (with jitter, so that a fleet does not renew at once) and when ECR
/// refuses it; one fetch at a time, however many ask. Thread-safe.
class EcrTokens final : public RegistryAuth {
 public:
  using Fetch = std::function<base::Result<aws::AuthorizationToken>()>;

  EcrTokens(Fetch fetch, const base::Clock& clock);

  /// ECR wants Basic on every request, `/v2/` too (ECR user guide, "HTTP API authentication").
  base::Result<std::uint64_t> authorize(net::HttpRequest& request,
                                        const std::string& repository) override;
  bool renew(std::uint64_t generation, const std::string& repository, int status,
             const net::Headers& headers, std::string_view body) override;

  /// Fetches where there is none yet or the half of its life is over; for a background thread. The
  /// token that is there stays in use if that fails.
  base::Result<void> refresh_if_due();
  /// How often a token was fetched, and how often that failed.
  [[nodiscard]] std::uint64_t fetches() const;
  [[nodiscard]] std::uint64_t failures() const;

 private:
  struct Token {
    base::Secret basic;
    std::uint64_t generation = 0;
    base::Wall::time_point refresh_at;
    base::Wall::time_point expires_at;
  };
  /// Makes sure that the token is newer than `generation`.
  base::Result<void> fetch_newer_than(std::uint64_t generation, std::unique_lock<std::mutex>& lock);

  const Fetch fetch_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable fetched_;
  std::optional<Token> token_;
  std::uint64_t generation_ = 0;
  std::uint64_t fetches_ = 0;
  std::uint64_t failures_ = 0;
  bool fetching_ = false;
  std::optional<base::Error> last_failure_;
};

}  // namespace ecrelay::upstream
