#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/ecr_account.hpp"

namespace ecrelay::proxy {

/// What an EcrAccount asks, without a network. Thread-safe.
class FakeEcr {
 public:
  static constexpr const char* kHost = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

  explicit FakeEcr(const base::Clock& clock) : clock_(clock) {}

  upstream::EcrTokens::Fetch fetch() {
    return [this] { return token(); };
  }
  EcrAccount::Describe describe() {
    return [this] { return rules(); };
  }
  base::Result<aws::AuthorizationToken> token() {
    ++tokens_asked;
    if (token_broken) {
      return base::Error{base::ErrorCode::PermissionDenied, "no ecr:GetAuthorizationToken"};
    }
    return aws::AuthorizationToken{base::Secret("dG9rZW4="), clock_.wall() + token_life.load(),
                                   *base::Url::parse(std::string("https://") + kHost)};
  }
  base::Result<std::vector<aws::PullThroughCacheRule>> rules() {
    ++rules_asked;
    if (rules_broken) {
      return base::Error{base::ErrorCode::PermissionDenied, "no ecr:DescribePullThroughCacheRules"};
    }
    const std::lock_guard lock(mutex_);
    return described_;
  }
  void describe_also(const std::string& prefix, const std::string& url,
                     const std::string& upstream_prefix = "ROOT") {
    const std::lock_guard lock(mutex_);
    described_.push_back({prefix, url, upstream_prefix, "123456789012"});
  }

  std::atomic<bool> token_broken = false;
  std::atomic<bool> rules_broken = false;
  std::atomic<std::chrono::seconds> token_life = std::chrono::seconds(12 * 60 * 60);
  std::atomic<int> tokens_asked = 0;
  std::atomic<int> rules_asked = 0;

 private:
  const base::Clock& clock_;
  std::mutex mutex_;
  std::vector<aws::PullThroughCacheRule> described_;
};

inline EcrAccount::Options account_options() {
  EcrAccount::Options options;
  options.region = "us-east-1";
  options.retry_every = std::chrono::milliseconds(5);
  return options;
}

inline base::Deadline soon() {
  return base::Deadline::after(std::chrono::seconds(10));
}

}  // namespace ecrelay::proxy
