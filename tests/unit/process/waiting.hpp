#pragma once

#include <chrono>
#include <thread>

#include "base/clock.hpp"

namespace ecrelay::process {

/// Looks every few milliseconds; false if it did not come true within ten seconds.
template <typename Condition>
bool becomes_true(const Condition& condition) {
  const auto deadline = base::Deadline::after(std::chrono::seconds(10));
  while (!condition()) {
    if (deadline.passed()) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace ecrelay::process
