#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.hpp"

namespace ecrelay::aws {

/// How long one call may take, with all its attempts, and how long to wait before the second one.
struct CallLimits {
  std::chrono::milliseconds total{5000};
  std::chrono::milliseconds connect{3000};
  std::chrono::milliseconds first_wait{100};
  int attempts = 5;
};

/// The time of one call to an AWS API: a deadline, a stop token that fires at it (or when the
/// caller's does), and waits with back-off and jitter that never go past it. Used by one thread.
class CallBudget {
 public:
  CallBudget(const CallLimits& limits, std::stop_token caller);

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] std::chrono::milliseconds left() const { return deadline_.left(); }
  [[nodiscard]] bool stopped_by_caller() const { return caller_.stop_requested(); }
  /// False if there is no further attempt: none left, no time left, or stopped.
  bool wait_before_retry();

 private:
  void run_timer(const std::stop_token& ended);

  const CallLimits limits_;
  const base::Deadline deadline_;
  const std::stop_token caller_;
  int attempts_made_ = 1;
  std::stop_source source_;
  std::stop_callback<std::function<void()>> forward_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread timer_;
};

}  // namespace ecrelay::aws
