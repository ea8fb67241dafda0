#include "aws/registry_host.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::aws {
namespace {

TEST(ParseRegistryHost, TakesEveryFormOfTheGrammar) {
  struct Case {
    std::string host;
    RegistryHost parts;
  };
  const std::string account = "123456789012";
  const std::vector<Case> cases = {
      {account + ".dkr.ecr.eu-central-1.amazonaws.com",
       {account, "eu-central-1", "amazonaws.com", false, false}},
      {account + ".DKR.ecr.us-east-1.AmazonAWS.com",
       {account, "us-east-1", "amazonaws.com", false, false}},
      {account + ".dkr.ecr-fips.us-gov-west-1.amazonaws.com",
       {account, "us-gov-west-1", "amazonaws.com", true, false}},
      {account + ".dkr-ecr.eu-west-1.on.aws", {account, "eu-west-1", "on.aws", false, true}},
      {account + ".dkr-ecr-fips.us-east-2.on.aws", {account, "us-east-2", "on.aws", true, true}},
      {account + ".dkr.ecr.cn-north-1.amazonaws.com.cn",
       {account, "cn-north-1", "amazonaws.com.cn", false, false}},
      {account + ".dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
       {account, "cn-north-1", "on.amazonwebservices.com.cn", false, true}},
      {account + ".dkr.ecr.eusc-de-east-1.amazonaws.eu",
       {account, "eusc-de-east-1", "amazonaws.eu", false, false}},
      {account + ".dkr.ecr.us-iso-east-1.c2s.ic.gov",
       {account, "us-iso-east-1", "c2s.ic.gov", false, false}},
      {account + ".dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
       {account, "us-isob-east-1", "sc2s.sgov.gov", false, false}},
      {account + ".dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
       {account, "eu-isoe-west-1", "cloud.adc-e.uk", false, false}},
      {account + ".dkr.ecr.us-isof-east-1.csp.hci.ic.gov",
       {account, "us-isof-east-1", "csp.hci.ic.gov", false, false}},
  };

  for (const auto& one : cases) {
    EXPECT_EQ(parse_registry_host(one.host), one.parts) << one.host;
  }
}

TEST(ParseRegistryHost, RefusesEveryOtherName) {
  const std::vector<std::string> cases = {
      "",
      "docker.io",
      "public.ecr.aws",
      "12345678901.dkr.ecr.us-east-1.amazonaws.com",
      "1234567890123.dkr.ecr.us-east-1.amazonaws.com",
      "12345678901a.dkr.ecr.us-east-1.amazonaws.com",
      "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com",
      "123456789012.dkr.ecr.us-east-1.evil.com",
      "123456789012.dkr.ecr.a.b.amazonaws.com",
      "123456789012.dkr.ecr..amazonaws.com",
      "123456789012.dkr.ecr.-us.amazonaws.com",
      "123456789012.dkr_ecr.us-east-1.amazonaws.com",
      "123456789012.dkr.ecrx.us-east-1.amazonaws.com",
      "123456789012.dkr.ecr.us-east-1.amazonaws.com:443",
      "123456789012.dkr.ecr.us-east-1.amazonaws.com.",
      "x.123456789012.dkr.ecr.us-east-1.amazonaws.com",
      "123456789012.dkr.ecr.us/east-1.amazonaws.com",
      "123456789012.dkr.ecr",
  };

  for (const auto& host : cases) {
    EXPECT_FALSE(parse_registry_host(host).has_value()) << host;
  }
}

TEST(IsEcrPublic, KnowsBothNames) {
  EXPECT_TRUE(is_ecr_public("public.ecr.aws"));
  EXPECT_TRUE(is_ecr_public("ECR-Public.aws.com"));
  EXPECT_FALSE(is_ecr_public("public.ecr.aws.evil.com"));
}

}  // namespace
}  // namespace ecrelay::aws
