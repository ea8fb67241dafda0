#include "process/child_environment.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace ecrelay::process {
namespace {

TEST(ChildEnvironment, InheritsLessWhatIsRemovedAndThenSets) {
  ::setenv("ECRELAY_TEST_KEPT", "a=b", 1);
  ::setenv("ECRELAY_TEST_SECRET", "s", 1);

  const auto variables = ChildEnvironment{
      .removed = {"ECRELAY_TEST_SECRET"},
      .set = {{"ECRELAY_TEST_NEW",
               "1"}}}.variables();

  EXPECT_EQ(variables.at("ECRELAY_TEST_KEPT"), "a=b");
  EXPECT_EQ(variables.at("ECRELAY_TEST_NEW"), "1");
  EXPECT_EQ(variables.count("ECRELAY_TEST_SECRET"), 0U);
}

TEST(ChildEnvironment, StartsEmptyWhereAsked) {
  ::setenv("ECRELAY_TEST_KEPT", "a", 1);

  const auto variables =
      ChildEnvironment{.start = EnvironmentStart::Empty, .set = {{"ONLY", "this"}}}.variables();

  EXPECT_EQ(variables, (std::map<std::string, std::string>{{"ONLY", "this"}}));
}

}  // namespace
}  // namespace ecrelay::process
