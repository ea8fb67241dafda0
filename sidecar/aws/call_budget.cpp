#include "aws/call_budget.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"

namespace ecrelay::aws {
namespace {
constexpr auto kLongestWait = std::chrono::milliseconds(1000);
}

CallBudget::CallBudget(const CallLimits& limits, std::stop_token caller)
    : limits_(limits),
      deadline_(base::Deadline::after(limits.total)),
      caller_(std::move(caller)),
      forward_(caller_, [this] { source_.request_stop(); }),
      timer_([this](const std::stop_token& ended) { run_timer(ended); }) {}

bool CallBudget::wait_before_retry() {
  if (attempts_made_ >= limits_.attempts) {
    return false;
  }
  const auto longest = std::min(limits_.first_wait * (1 << (attempts_made_ - 1)), kLongestWait);
  const auto wait = base::random_between(longest / 2, longest);
  if (wait >= left()) {
    return false;
  }
  ++attempts_made_;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, token(), wait, [] { return false; });
  return !token().stop_requested();
}

void CallBudget::run_timer(const std::stop_token& ended) {
  {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, ended, deadline_.when(), [] { return false; });
  }
  if (!ended.stop_requested()) {
    source_.request_stop();
  }
}

}  // namespace ecrelay::aws
