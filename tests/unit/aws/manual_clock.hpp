#pragma once

#include <chrono>
#include <mutex>

#include "base/clock.hpp"

namespace ecrelay::aws {

/// A clock that stands until it is moved. Thread-safe.
class ManualClock final : public base::Clock {
 public:
  explicit ManualClock(base::Wall::time_point wall) : wall_(wall) {}

  [[nodiscard]] base::Steady::time_point steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  [[nodiscard]] base::Wall::time_point wall() const override {
    const std::lock_guard lock(mutex_);
    return wall_;
  }
  void advance(std::chrono::seconds step) {
    const std::lock_guard lock(mutex_);
    steady_ += step;
    wall_ += step;
  }

 private:
  mutable std::mutex mutex_;
  base::Steady::time_point steady_ = base::Steady::time_point(std::chrono::hours(1));
  base::Wall::time_point wall_;
};

}  // namespace ecrelay::aws
