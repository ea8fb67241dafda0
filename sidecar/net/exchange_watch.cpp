#include "net/exchange_watch.hpp"

#include <utility>

namespace ecrelay::net {
namespace {
constexpr auto kTick = std::chrono::milliseconds(50);
}

ExchangeWatch::Guard::Guard(ExchangeWatch& watch, ClientConnection& connection,
                            std::chrono::milliseconds connect, std::chrono::milliseconds first_byte,
                            std::stop_token stop)
    : watch_(watch),
      connection_(connection),
      stop_(std::move(stop)),
      first_byte_(first_byte),
      at_first_(ticks(base::Deadline::after(connect + first_byte))),
      connecting_(connect.count() > 0),
      deadline_(at_first_) {
  const std::lock_guard lock(watch_.mutex_);
  place_ = watch_.guards_.insert(watch_.guards_.end(), this);
  watch_.wake_.notify_one();
}

void ExchangeWatch::Guard::check() {
  if (connecting_ && connection_.connected()) {
    connecting_ = false;
    auto expected = at_first_;  // else the first byte is there already
    deadline_.compare_exchange_strong(expected, ticks(base::Deadline::after(first_byte_)));
  }
  if (stop_.stop_requested()) {
    cause_ = Cause::Stopped;
  } else if (deadline_ <= base::Steady::now().time_since_epoch().count()) {
    cause_ = Cause::Deadline;
  }
  // Again at each tick: there may have been no socket yet.
  if (cause_ != Cause::None) {
    connection_.interrupt();
  }
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
    for (auto* guard : guards_) {
      guard->check();
    }
    wake_.wait_for(lock, stop, kTick, [] { return false; });
  }
}

}  // namespace ecrelay::net
