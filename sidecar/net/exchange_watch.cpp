#include "net/exchange_watch.hpp"

#include <utility>

#include "net/httplib_compat.hpp"

namespace ecrelay::net {
namespace {
constexpr auto kTick = std::chrono::milliseconds(50);
}

ExchangeWatch::Guard::Guard(ExchangeWatch& watch, httplib::Client& client, base::Deadline deadline,
                            std::stop_token stop)
    : watch_(watch),
      client_(client),
      stop_(std::move(stop)),
      deadline_(deadline.when().time_since_epoch().count()) {
  const std::lock_guard lock(watch_.mutex_);
  place_ = watch_.guards_.insert(watch_.guards_.end(), this);
  watch_.wake_.notify_one();
}

ExchangeWatch::Guard::~Guard() {
  const std::lock_guard lock(watch_.mutex_);
  watch_.guards_.erase(place_);
}

ExchangeWatch::ExchangeWatch() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

ExchangeWatch::~ExchangeWatch() = default;

void ExchangeWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (guards_.empty()) {
      wake_.wait(lock, stop, [&] { return !guards_.empty(); });
      continue;
    }
    const auto now = base::Steady::now().time_since_epoch().count();
    for (auto* guard : guards_) {
      if (guard->stop_.stop_requested()) {
        guard->cause_ = Cause::Stopped;
      } else if (guard->deadline_ <= now) {
        guard->cause_ = Cause::Deadline;
      }
      // Again at each tick: a stop before the socket was connected has no effect.
      if (guard->cause_ != Cause::None) {
        guard->client_.stop();
      }
    }
    wake_.wait_for(lock, stop, kTick, [] { return false; });
  }
}

}  // namespace ecrelay::net
