#include "upstream/ecr_tokens.hpp"

#include <algorithm>
#include <chrono>

#include "base/log.hpp"
#include "base/random.hpp"
#include "upstream/failure.hpp"

namespace ecrelay::upstream {
namespace {

constexpr auto kFetchBound = std::chrono::seconds(10);

/// Half of what is left of the life, less up to a tenth; at once where this machine's clock runs so
/// far ahead that nothing is left.
base::Wall::time_point refresh_time(base::Wall::time_point now, base::Wall::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - now);
  const auto life = std::max(left, std::chrono::milliseconds(0));
  return now + base::random_between(life * 4 / 10, life / 2);
}

}  // namespace

EcrTokens::EcrTokens(Fetch fetch, const base::Clock& clock)
    : fetch_(std::move(fetch)), clock_(clock) {}

base::Result<void> EcrTokens::fetch_newer_than(std::uint64_t generation,
                                               std::unique_lock<std::mutex>& lock) {
  const auto deadline = base::Deadline::after(kFetchBound);
  while (fetching_) {
    if (!fetched_.wait_until(lock, deadline.when(), [&] { return !fetching_; })) {
      return base::Error{base::ErrorCode::Timeout, "waiting for ECR's authorization token"};
    }
    if (last_failure_) {
      return *last_failure_;  // of the fetch that was waited for
    }
  }
  if (token_ && token_->generation > generation) {
    return {};
  }
  fetching_ = true;
  lock.unlock();
  auto token = fetch_();
  lock.lock();
  fetching_ = false;
  fetched_.notify_all();
  if (!token.ok()) {
    ++failures_;
    last_failure_ = token.error();
    return token.error();
  }
  last_failure_.reset();
  ++fetches_;
  const auto refresh_at = refresh_time(clock_.wall(), token->expires_at);
  token_ = Token{std::move(token->basic), ++generation_, refresh_at, token->expires_at};
  return {};
}

base::Result<std::uint64_t> EcrTokens::authorize(net::HttpRequest& request,
                                                 const std::string& /*repository*/) {
  std::unique_lock lock(mutex_);
  if (!token_ || token_->expires_at <= clock_.wall()) {
    ECRELAY_TRY_VOID(fetch_newer_than(token_ ? token_->generation : 0, lock));
  }
  request.headers.set("Authorization", "Basic " + token_->basic.reveal());
  return token_->generation;
}

bool EcrTokens::renew(std::uint64_t generation, const std::string& /*repository*/, int status,
                      const net::Headers& /*headers*/, std::string_view body) {
  if (!blames_token(status, body)) {
    return false;
  }
  std::unique_lock lock(mutex_);
  const auto renewed = fetch_newer_than(generation, lock);
  if (!renewed.ok()) {
    base::log_warn("ECR refused the token, and another cannot be had",
                   {{"why", renewed.error().message}});
  }
  return renewed.ok();
}

base::Result<void> EcrTokens::refresh_if_due() {
  std::unique_lock lock(mutex_);
  if (token_ && clock_.wall() < token_->refresh_at) {
    return {};
  }
  return fetch_newer_than(token_ ? token_->generation : 0, lock);
}

std::uint64_t EcrTokens::fetches() const {
  const std::lock_guard lock(mutex_);
  return fetches_;
}

std::uint64_t EcrTokens::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

}  // namespace ecrelay::upstream
