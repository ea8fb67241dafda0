#include "proxy/freshness.hpp"

#include <gtest/gtest.h>

namespace ecrelay::proxy {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr base::Wall::time_point kAsked = base::Wall::time_point(hours(1));

TEST(Freshness, BelievesATagForItsDuration) {
  const Freshness freshness{Freshness::Kind::Duration, milliseconds(60000)};

  EXPECT_TRUE(freshness.believes(kAsked, kAsked));
  EXPECT_TRUE(freshness.believes(kAsked, kAsked + milliseconds(59999)));
  EXPECT_FALSE(freshness.believes(kAsked, kAsked + milliseconds(60000)));
}

TEST(Freshness, IsAMinuteUnlessSaidOtherwise) {
  EXPECT_TRUE(Freshness().believes(kAsked, kAsked + milliseconds(59999)));
  EXPECT_FALSE(Freshness().believes(kAsked, kAsked + milliseconds(60000)));
}

TEST(Freshness, OfNoDurationBelievesNothing) {
  EXPECT_FALSE(Freshness({Freshness::Kind::Duration, milliseconds(0)}).believes(kAsked, kAsked));
}

TEST(Freshness, DoesNotBelieveWhatWasAskedInTheFuture) {
  EXPECT_FALSE(Freshness().believes(kAsked, kAsked - milliseconds(1)));
}

TEST(Freshness, AlwaysAsksAlwaysAndFrozenNever) {
  const Freshness always{Freshness::Kind::Always, milliseconds(60000)};
  const Freshness frozen{Freshness::Kind::Frozen, milliseconds(0)};

  EXPECT_FALSE(always.believes(kAsked, kAsked));
  EXPECT_TRUE(frozen.believes(kAsked, kAsked + hours(10000)));
  EXPECT_TRUE(frozen.believes(kAsked, kAsked - hours(1)));
}

}  // namespace
}  // namespace ecrelay::proxy
