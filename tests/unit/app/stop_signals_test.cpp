#include "app/stop_signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <tuple>

#include "support/waiting.hpp"

namespace ecrelay::app {
namespace {

TEST(StopSignals, TellsTheFirstSignal) {
  std::atomic<int> seen{0};
  StopSignals signals;
  ASSERT_TRUE(signals.watch([&](int number) { seen = number; }).ok());

  ::kill(::getpid(), SIGTERM);

  EXPECT_TRUE(support::becomes_true([&] { return seen == SIGTERM; }));
}

TEST(StopSignals, KeepsASignalThatCameBeforeTheWatch) {
  std::atomic<int> seen{0};
  StopSignals signals;
  ::kill(::getpid(), SIGINT);

  ASSERT_TRUE(signals.watch([&](int number) { seen = number; }).ok());

  EXPECT_TRUE(support::becomes_true([&] { return seen == SIGINT; }));
}

TEST(StopSignalsDeathTest, EndsAtOnceAtTheSecondSignal) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";

  EXPECT_EXIT(
      {
        std::atomic<int> seen{0};
        StopSignals signals;
        std::ignore = signals.watch([&](int) { ++seen; });
        ::kill(::getpid(), SIGTERM);
        support::becomes_true([&] { return seen == 1; });
        ::kill(::getpid(), SIGINT);
        support::becomes_true([] { return false; });
      },
      ::testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(StopSignals, GivesTheMaskBack) {
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);

  { const StopSignals signals; }

  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

}  // namespace
}  // namespace ecrelay::app
