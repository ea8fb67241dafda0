#include "upstream/attempts.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/random.hpp"
#include "upstream/failure.hpp"

namespace ecrelay::upstream {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxTries = 3;
constexpr milliseconds kFirstPause{200};
constexpr milliseconds kStopLook{50};

}  // namespace

Attempts::Attempts(const UpstreamRegistry::Ask& ask)
    : deadline_(base::Deadline::after(ask.first_byte)), stop_(ask.stop) {}

net::HttpLimits Attempts::limits() const {
  const auto left = std::max(deadline_.left(), milliseconds(1));
  net::HttpLimits limits;
  limits.connect = std::min(limits.connect, left);
  limits.first_byte = left;
  return limits;
}

bool Attempts::again_after(const Failure& failure) {
  const auto longest = kFirstPause * (1 << tries_);
  const auto pause = base::random_between(longest / 2, longest);
  if (tries_ == kMaxTries || !worth_retrying(failure) || pause >= deadline_.left()) {
    return false;
  }
  ++tries_;
  const auto until = base::Deadline::after(pause);
  while (!until.passed() && !stop_.stop_requested()) {
    std::this_thread::sleep_for(std::min(until.left(), kStopLook));
  }
  return !stop_.stop_requested();
}

}  // namespace ecrelay::upstream
