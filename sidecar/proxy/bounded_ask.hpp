#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/worker_pool.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

/// By when an answer to a client has its head out: containerd gives a mirror up after 30 s.
inline constexpr auto kAnswerWithin = std::chrono::milliseconds(19500);
/// What ECR has of it to its first byte, so that the next place has the rest.
inline constexpr auto kEcrFirstByte = std::chrono::milliseconds(15000);

/// Asks a place on a worker and waits until the deadline, whatever the place does; TimedOut then.
/// An answer that comes later goes to `late`, on the worker. What the functions capture has to
/// outlive the worker's tasks.
template <typename T>
upstream::Reply<T> ask_within(base::WorkerPool& workers, base::Deadline deadline,
                              std::function<upstream::Reply<T>()> ask,
                              std::function<void(const T&)> late = {}) {
  struct Shared {
    std::promise<upstream::Reply<T>> promise;
    std::atomic<bool> abandoned{false};
  };
  auto shared = std::make_shared<Shared>();
  auto answered = shared->promise.get_future();
  const bool taken = workers.submit([shared, ask = std::move(ask), late = std::move(late)] {
    auto reply = ask();
    if (reply.ok() && shared->abandoned && late) {
      late(*reply);
    }
    shared->promise.set_value(std::move(reply));
  });
  if (!taken) {
    return upstream::Failure{upstream::FailureKind::Rejected, 0, "the relay is stopping"};
  }
  if (answered.wait_until(deadline.when()) != std::future_status::ready) {
    shared->abandoned = true;
    return upstream::Failure{upstream::FailureKind::TimedOut, 0, "no answer in time"};
  }
  return answered.get();
}

}  // namespace ecrelay::proxy
