#include "aws/region.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ecrelay::aws {
namespace {

base::Environment both_variables() {
  return base::Environment::from_map(
      {{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}});
}

TEST(ResolveRegion, GoesFromTheOptionToTheEnvironment) {
  const std::string host = "123456789012.dkr.ecr.us-east-2.amazonaws.com";

  const auto option =
      resolve_region({.option = "sa-east-1", .registry_host = host}, both_variables());
  const auto registry = resolve_region({.registry_host = host}, both_variables());
  const auto variable = resolve_region({.registry_host = "127.0.0.1"}, both_variables());
  const auto fallback = resolve_region(
      {}, base::Environment::from_map({{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "eu-west-2"}}));

  EXPECT_EQ(option->name, "sa-east-1");
  EXPECT_EQ(option->source, "--region");
  EXPECT_EQ(registry->name, "us-east-2");
  EXPECT_EQ(variable->name, "eu-west-1");
  EXPECT_EQ(variable->source, "AWS_REGION");
  EXPECT_EQ(fallback->name, "eu-west-2");
}

TEST(ResolveRegion, SaysWhatToSet) {
  const auto region = resolve_region({}, {});

  ASSERT_FALSE(region.ok());
  EXPECT_NE(region.error().message.find("AWS_REGION"), std::string::npos);
}

TEST(ResolveRegion, RefusesANameThatWouldChangeTheHost) {
  for (const auto* bad : {"eu.evil.com", "eu-west-1/", "EU-WEST-1", "-x", "x-", "a b", "a@b"}) {
    EXPECT_FALSE(resolve_region({.option = bad}, {}).ok()) << bad;
  }
  EXPECT_FALSE(valid_region(std::string(64, 'a')));
}

}  // namespace
}  // namespace ecrelay::aws
