#include "proxy/blob_fetch.hpp"

#include <utility>

namespace ecrelay::proxy {

BlobFetch::State BlobFetch::wait_opened(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.when(), [&] { return state_ != State::Opening; });
  return state_;
}

BlobFetch::State BlobFetch::wait_ended(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.when(),
                      [&] { return state_ == State::Done || state_ == State::Failed; });
  return state_;
}

std::shared_ptr<store::Fill> BlobFetch::fill() const {
  const std::lock_guard lock(mutex_);
  return fill_;
}

std::optional<FetchFailure> BlobFetch::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

stats::Origin BlobFetch::origin() const {
  const std::lock_guard lock(mutex_);
  return origin_;
}

std::string BlobFetch::detail() const {
  const std::lock_guard lock(mutex_);
  return detail_;
}

void BlobFetch::when_ended(std::function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::Opening || state_ == State::Filling) {
      when_ended_.push_back(std::move(action));
      return;
    }
  }
  action();
}

void BlobFetch::opened(std::shared_ptr<store::Fill> fill, stats::Origin origin,
                       std::string detail) {
  const std::lock_guard lock(mutex_);
  state_ = State::Filling;
  fill_ = std::move(fill);
  origin_ = origin;
  detail_ = std::move(detail);
  changed_.notify_all();
}

void BlobFetch::done() {
  end(State::Done);
}

void BlobFetch::failed(FetchFailure failure) {
  std::shared_ptr<store::Fill> fill;
  {
    const std::lock_guard lock(mutex_);
    fill = fill_;
    failure_ = failure;
  }
  if (fill) {
    fill->fail({base::ErrorCode::Unavailable, failure.failure.detail});
  }
  end(State::Failed);
}

void BlobFetch::end(State state) {
  std::vector<std::function<void()>> actions;
  {
    const std::lock_guard lock(mutex_);
    state_ = state;
    actions.swap(when_ended_);
    changed_.notify_all();
  }
  for (const auto& action : actions) {
    action();
  }
}

}  // namespace ecrelay::proxy
