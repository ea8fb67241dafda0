#include "base/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace ecrelay::base {
namespace {

TEST(Environment, TakesEmptyForUnset) {
  const auto environment = Environment::from_map({{"A", "1=2"}, {"B", ""}});

  EXPECT_EQ(environment.get("A"), "1=2");
  EXPECT_FALSE(environment.get("B").has_value());
  EXPECT_FALSE(environment.get("C").has_value());
}

TEST(Environment, IsASnapshotOfTheProcess) {
  ASSERT_EQ(::setenv("ECRELAY_TEST_SNAPSHOT", "a=b", 1), 0);
  const auto environment = Environment::from_process();
  ASSERT_EQ(::unsetenv("ECRELAY_TEST_SNAPSHOT"), 0);

  EXPECT_EQ(environment.get("ECRELAY_TEST_SNAPSHOT"), "a=b");
}

}  // namespace
}  // namespace ecrelay::base
