#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "aws/ecr_documents.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "proxy/rules.hpp"
#include "upstream/ecr_tokens.hpp"

namespace ecrelay::proxy {

/// What is known of the own ECR registry: its address, its token, its rules; looked up at start and
/// kept fresh by one background thread. Without an identity it stays not ready and says why; pulls
/// then do without ECR. Thread-safe.
class EcrAccount {
 public:
  using Describe = std::function<base::Result<std::vector<aws::PullThroughCacheRule>>()>;

  struct Options {
    std::optional<base::Url> registry;  ///< --registry; else what the token's answer says
    std::string region;
    std::string registry_id;  ///< 12 digits; empty: what the registry's host says, if it does
    std::vector<Rule> given_rules;
    bool discover_rules = true;
    std::chrono::milliseconds rules_every{std::chrono::minutes(5)};
    std::chrono::milliseconds retry_every{std::chrono::seconds(10)};
  };

  /// `fetch_token` empty: there is no identity, for the reason `no_identity`.
  EcrAccount(Options options, upstream::EcrTokens::Fetch fetch_token, Describe describe,
             std::string no_identity, const base::Clock& clock);
  ~EcrAccount();
  EcrAccount(const EcrAccount&) = delete;
  EcrAccount& operator=(const EcrAccount&) = delete;

  /// True once the first look at credentials and rules has ended, well or not.
  bool wait_first_look(base::Deadline deadline);

  [[nodiscard]] RuleSet rules() const;
  /// Where the registry is; nothing before the first token.
  [[nodiscard]] std::optional<base::Url> registry() const;
  /// Whether a registry's name is that of the own registry: its address, or the ECR host of the own
  /// account and Region (which --registry may stand for).
  [[nodiscard]] bool is_own_registry(const std::string& host) const;
  [[nodiscard]] std::shared_ptr<upstream::EcrTokens> tokens() const { return tokens_; }
  /// Why the account is not ready, for a person; empty once it is. A token or rules that cannot be
  /// renewed are no problem as long as there are older ones.
  [[nodiscard]] std::string problem() const;

 private:
  /// 12 digits; empty where nothing tells.
  [[nodiscard]] std::string own_account() const;
  void run(const std::stop_token& stop);
  base::Result<aws::AuthorizationToken> fetch_and_note();
  void look();
  void look_at_rules();

  const Options options_;
  const upstream::EcrTokens::Fetch fetch_token_;
  const Describe describe_;
  const std::string no_identity_;
  const base::Clock& clock_;
  std::shared_ptr<upstream::EcrTokens> tokens_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Rule> discovered_;
  std::optional<base::Url> proxy_endpoint_;
  base::Wall::time_point token_ends_;
  std::string token_problem_;
  std::string rules_problem_;
  bool looked_ = false;
  bool rules_known_ = false;
  base::Steady::time_point next_rules_look_;
  std::jthread thread_;
};

}  // namespace ecrelay::proxy
