#include "aws/credential_chain.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"

namespace ecrelay::aws {
namespace {

constexpr auto kRefreshBefore = std::chrono::minutes(10);
/// After a refresh that failed or brought nothing longer-lived, while the old ones still serve.
constexpr auto kRetryEvery = std::chrono::seconds(30);
/// A fetch is bound to 5 s; its waiters allow for some more.
constexpr auto kWaitForRefresh = std::chrono::seconds(10);

}  // namespace

CredentialProvider::CredentialProvider(std::vector<std::unique_ptr<CredentialSource>> sources,
                                       const base::Clock& clock)
    : sources_(std::move(sources)), clock_(clock) {}

base::Result<Credentials> CredentialProvider::get() {
  std::unique_lock lock(mutex_);
  if (usable_locked() && (refreshing_ || !refresh_due_locked())) {
    return *current_;
  }
  if (refreshing_) {
    return wait_locked(lock);
  }
  refreshing_ = true;
  lock.unlock();
  auto fetched = fetch();
  lock.lock();
  refreshing_ = false;
  retry_after_ = clock_.steady() + kRetryEvery;
  refreshed_.notify_all();
  if (fetched.ok()) {
    current_ = *fetched;
    last_failure_.reset();
    return fetched;
  }
  last_failure_ = fetched.error();
  if (!usable_locked()) {
    return fetched;
  }
  base::log_warn("could not refresh the AWS credentials; the old ones are still good",
                 {{"source", current_->source}, {"why", fetched.error().message}});
  return *current_;
}

void CredentialProvider::invalidate() {
  const std::lock_guard lock(mutex_);
  current_.reset();
}

base::Result<Credentials> CredentialProvider::wait_locked(std::unique_lock<std::mutex>& lock) {
  const bool ended = refreshed_.wait_for(lock, kWaitForRefresh, [&] { return !refreshing_; });
  if (ended && usable_locked()) {
    return *current_;
  }
  if (ended && last_failure_) {
    return *last_failure_;
  }
  return base::Error{base::ErrorCode::Timeout, "AWS credentials: the source does not answer"};
}

bool CredentialProvider::usable_locked() const {
  return current_ && (!current_->expiration || *current_->expiration > clock_.wall());
}

bool CredentialProvider::refresh_due_locked() const {
  return current_->expiration && *current_->expiration - clock_.wall() < kRefreshBefore &&
         clock_.steady() >= retry_after_;
}

base::Result<Credentials> CredentialProvider::fetch() {
  const auto source = std::find_if(sources_.begin(), sources_.end(),
                                   [](const auto& candidate) { return candidate->configured(); });
  if (source == sources_.end()) {
    std::string places;
    for (const auto& candidate : sources_) {
      places += (places.empty() ? "" : "; ") + std::string(candidate->name()) + " (" +
                std::string(candidate->looked_for()) + ")";
    }
    return base::Error{base::ErrorCode::Unauthenticated,
                       "no AWS credentials; looked for: " + (places.empty() ? "nothing" : places)};
  }
  const auto context = "AWS credentials from " + std::string((*source)->name());
  auto fetched = (*source)->fetch();
  if (!fetched.ok()) {
    return fetched.error().within(context);
  }
  if (fetched->expiration && *fetched->expiration <= clock_.wall()) {
    return base::Error{
        base::ErrorCode::Unauthenticated,
        context + ": they ended at " + base::format_utc(*fetched->expiration) + "; renew them"};
  }
  return fetched;
}

}  // namespace ecrelay::aws
