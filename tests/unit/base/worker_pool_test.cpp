#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <utility>

namespace ecrelay::base {
namespace {

constexpr auto kLong = std::chrono::seconds(10);

TEST(WorkerPool, RunsTasksAtOnceUpToItsLimit) {
  WorkerPool pool(4);
  std::latch all_running(4);
  std::promise<void> done;
  std::atomic<int> met = 0;

  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(pool.submit([&] {
      all_running.arrive_and_wait();  // passes only if four run at once
      if (++met == 4) {
        done.set_value();
      }
    }));
  }

  EXPECT_EQ(done.get_future().wait_for(kLong), std::future_status::ready);
}

TEST(WorkerPool, QueuesBeyondItsLimitAndRunsTheQueueBeforeItStops) {
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> ran = 0;
  WorkerPool pool(2);

  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(pool.submit([&] {
      const int now = ++running;
      int seen = most;
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      opened.wait_for(kLong);
      --running;
      ++ran;
    }));
  }
  EXPECT_LE(pool.threads(), 2U);
  gate.set_value();
  pool.stop();

  EXPECT_EQ(ran, 20);
  EXPECT_LE(most, 2);
}

TEST(WorkerPool, RefusesTasksAfterStop) {
  WorkerPool pool(1);
  bool ran = false;

  pool.stop();

  EXPECT_FALSE(pool.submit([&] { ran = true; }));
  EXPECT_FALSE(ran);
}

TEST(WorkerPool, SurvivesATaskThatThrows) {
  WorkerPool pool(1);
  std::promise<void> next_ran;

  pool.submit([] { throw std::runtime_error("on purpose"); });
  pool.submit([&] { next_ran.set_value(); });

  EXPECT_EQ(next_ran.get_future().wait_for(kLong), std::future_status::ready);
}

TEST(WorkerPool, LetsGoOfWhatATaskHeld) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = held;
  WorkerPool pool(1);

  pool.submit([held = std::move(held)] {});
  pool.stop();

  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace ecrelay::base
