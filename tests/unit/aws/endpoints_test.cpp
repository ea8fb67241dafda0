#include "aws/endpoints.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::aws {
namespace {

TEST(EcrApiEndpoint, IsTheRegionsOwnInEveryPartition) {
  struct Case {
    std::string region;
    std::string partition;
    std::string host;
  };
  const std::vector<Case> cases = {
      {"us-east-1", "aws", "api.ecr.us-east-1.amazonaws.com"},
      {"mx-central-1", "aws", "api.ecr.mx-central-1.amazonaws.com"},
      {"cn-northwest-1", "aws-cn", "api.ecr.cn-northwest-1.amazonaws.com.cn"},
      {"us-gov-west-1", "aws-us-gov", "api.ecr.us-gov-west-1.amazonaws.com"},
      {"eusc-de-east-1", "aws-eusc", "api.ecr.eusc-de-east-1.amazonaws.eu"},
      {"us-iso-east-1", "aws-iso", "api.ecr.us-iso-east-1.c2s.ic.gov"},
      {"us-isob-east-1", "aws-iso-b", "api.ecr.us-isob-east-1.sc2s.sgov.gov"},
      {"eu-isoe-west-1", "aws-iso-e", "api.ecr.eu-isoe-west-1.cloud.adc-e.uk"},
      {"us-isof-south-1", "aws-iso-f", "api.ecr.us-isof-south-1.csp.hci.ic.gov"},
      {"xx-future-9", "aws", "api.ecr.xx-future-9.amazonaws.com"},
  };

  for (const auto& one : cases) {
    const auto url = ecr_api_endpoint({.region = one.region}, {});

    ASSERT_TRUE(url.ok()) << one.region;
    EXPECT_EQ(url->str(), "https://" + one.host + "/");
    EXPECT_EQ(partition_of(one.region).id, one.partition);
  }
}

TEST(EcrApiEndpoint, IsOverriddenByTheEnvironment) {
  base::Environment::Map variables = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"}};

  const auto general = ecr_api_endpoint({"us-east-1"}, base::Environment::from_map(variables));
  variables["AWS_ENDPOINT_URL_ECR"] = "https://vpce.example:8443/x";
  const auto special = ecr_api_endpoint({"us-east-1"}, base::Environment::from_map(variables));
  variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True";
  const auto ignored = ecr_api_endpoint({"us-east-1"}, base::Environment::from_map(variables));

  EXPECT_EQ(general->str(), "http://127.0.0.1:4566/");
  EXPECT_EQ(special->str(), "https://vpce.example:8443/x");
  EXPECT_EQ(ignored->host, "api.ecr.us-east-1.amazonaws.com");
}

TEST(EcrApiEndpoint, NamesTheVariableThatIsWrong) {
  const auto url = ecr_api_endpoint(
      {"us-east-1"}, base::Environment::from_map({{"AWS_ENDPOINT_URL_ECR", "localhost:4566"}}));

  ASSERT_FALSE(url.ok());
  EXPECT_NE(url.error().message.find("AWS_ENDPOINT_URL_ECR"), std::string::npos);
  EXPECT_FALSE(ecr_api_endpoint({"eu.evil.com/"}, {}).ok());
}

}  // namespace
}  // namespace ecrelay::aws
