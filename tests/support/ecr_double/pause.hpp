#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace ecrelay::ecr_double {

/// Waits that the end of the double cuts short. Thread-safe.
class Pause {
 public:
  /// False once end() was called.
  bool sleep_until(std::chrono::steady_clock::time_point when) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, when, [this] { return ended_; });
    return !ended_;
  }
  bool sleep_for(std::chrono::nanoseconds time) {
    return sleep_until(std::chrono::steady_clock::now() + time);
  }
  [[nodiscard]] bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
};

}  // namespace ecrelay::ecr_double
