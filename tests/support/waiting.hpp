#pragma once

#include <chrono>
#include <thread>

#include "base/clock.hpp"

namespace ecrelay::support {

/// Looks every few milliseconds; false if it did not come true in time.
template <typename Condition>
bool becomes_true(const Condition& condition,
                  std::chrono::milliseconds time = std::chrono::seconds(10)) {
  const auto deadline = base::Deadline::after(time);
  while (!condition()) {
    if (deadline.passed()) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace ecrelay::support
