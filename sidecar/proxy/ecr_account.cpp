#include "proxy/ecr_account.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "aws/registry_host.hpp"
#include "base/log.hpp"
#include "base/random.hpp"

namespace ecrelay::proxy {
namespace {
constexpr std::chrono::milliseconds kTick{1000};
}

EcrAccount::EcrAccount(Options options, upstream::EcrTokens::Fetch fetch_token, Describe describe,
                       std::string no_identity, const base::Clock& clock)
    : options_(std::move(options)),
      fetch_token_(std::move(fetch_token)),
      describe_(std::move(describe)),
      no_identity_(std::move(no_identity)),
      clock_(clock) {
  if (!fetch_token_) {
    token_problem_ = no_identity_;
    looked_ = true;
    base::log_warn("no identity for ECR: pulls go on without it", {{"why", no_identity_}});
    return;
  }
  tokens_ = std::make_shared<upstream::EcrTokens>([this] { return fetch_and_note(); }, clock_);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

EcrAccount::~EcrAccount() = default;

base::Result<aws::AuthorizationToken> EcrAccount::fetch_and_note() {
  auto token = fetch_token_();
  const std::lock_guard lock(mutex_);
  if (token.ok()) {
    proxy_endpoint_ = token->proxy_endpoint;
    token_ends_ = token->expires_at;
    token_problem_.clear();
  } else {
    token_problem_ = token.error().message;
  }
  return token;
}

void EcrAccount::look_at_rules() {
  auto described = describe_();
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  if (!described.ok()) {
    rules_problem_ = described.error().message;
    next_rules_look_ = now + options_.retry_every;
    base::log_warn("the pull-through cache rules cannot be read", {{"why", rules_problem_}});
    return;
  }
  std::vector<Rule> rules;
  for (const auto& rule : *described) {
    rules.push_back(rule_of(rule));
  }
  if (!rules_known_ || rules != discovered_) {
    base::log_info("pull-through cache rules", {{"count", std::to_string(rules.size())}});
  }
  discovered_ = std::move(rules);
  rules_known_ = true;
  rules_problem_.clear();
  next_rules_look_ =
      now + base::random_between(options_.rules_every * 9 / 10, options_.rules_every);
}

void EcrAccount::look() {
  // A failure is kept in token_problem_ by fetch_and_note() and tried again at the next look.
  const auto token = tokens_->refresh_if_due();
  if (!token.ok()) {
    base::log_warn("no authorization token from ECR", {{"why", token.error().message}});
  }
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    due = options_.discover_rules && clock_.steady() >= next_rules_look_;
  }
  if (due) {
    look_at_rules();
  }
}

void EcrAccount::run(const std::stop_token& stop) {
  auto next_look = base::Steady::now();
  while (!stop.stop_requested()) {
    look();
    std::unique_lock lock(mutex_);
    looked_ = true;
    changed_.notify_all();
    // After a failure less often: the API was just told to leave us alone, or is down.
    next_look =
        base::Steady::now() +
        (token_problem_.empty() ? std::min(kTick, options_.retry_every) : options_.retry_every);
    changed_.wait_until(lock, stop, next_look, [] { return false; });
  }
}

bool EcrAccount::wait_first_look(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline.when(), [&] { return looked_; });
}

RuleSet EcrAccount::rules() const {
  const std::lock_guard lock(mutex_);
  return {options_.given_rules, discovered_};
}

std::optional<base::Url> EcrAccount::registry() const {
  const std::lock_guard lock(mutex_);
  return options_.registry ? options_.registry : proxy_endpoint_;
}

bool EcrAccount::is_own_registry(const std::string& host) const {
  const auto address = registry();
  if (!address) {
    return false;
  }
  if (host == address->authority()) {
    return true;
  }
  const auto parsed = aws::parse_registry_host(host);
  if (!parsed || parsed->region != options_.region) {
    return false;
  }
  const auto account = own_account();
  return account.empty() || parsed->account == account;
}

std::string EcrAccount::own_account() const {
  const auto account_of = [](const std::optional<base::Url>& url) {
    const auto parsed = url ? aws::parse_registry_host(url->host) : std::nullopt;
    return parsed ? parsed->account : std::string();
  };
  const std::lock_guard lock(mutex_);
  if (auto account = account_of(options_.registry ? options_.registry : proxy_endpoint_);
      !account.empty()) {
    return account;
  }
  return options_.registry_id.empty() ? account_of(proxy_endpoint_) : options_.registry_id;
}

std::string EcrAccount::problem() const {
  const std::lock_guard lock(mutex_);
  if (!token_problem_.empty() && clock_.wall() >= token_ends_) {
    return token_problem_;
  }
  if (!looked_) {
    return "the first look at credentials and rules has not ended";
  }
  return rules_known_ || !options_.discover_rules ? "" : rules_problem_;
}

}  // namespace ecrelay::proxy
