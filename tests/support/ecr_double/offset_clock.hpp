#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"

namespace ecrelay::ecr_double {

/// The system's clock, with wall time moved by an offset. Thread-safe.
class OffsetClock final : public base::Clock {
 public:
  [[nodiscard]] base::Steady::time_point steady() const override { return base::Steady::now(); }
  [[nodiscard]] base::Wall::time_point wall() const override {
    return base::Wall::now() + std::chrono::milliseconds(offset_.load());
  }
  void set_offset(std::chrono::milliseconds offset) { offset_ = offset.count(); }

 private:
  std::atomic<std::chrono::milliseconds::rep> offset_ = 0;
};

}  // namespace ecrelay::ecr_double
