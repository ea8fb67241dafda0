#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/strings.hpp"
#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

std::string code_of(const support::RawAnswer& answer) {
  return nlohmann::json::parse(answer.body).value("__type", "");
}

TEST(EcrApi, HandsOutATokenThatTheRegistryTakes) {
  EcrDouble ecr;
  const auto reply = call_api(ecr, "GetAuthorizationToken", "{}");
  const auto& data = reply.at("authorizationData").at(0);

  const auto answer = support::send_raw(
      {.url = ecr.registry_url() + "/v2/",
       .headers = {
           {"Authorization", "Basic " + data.at("authorizationToken").get<std::string>()}}});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(data.at("proxyEndpoint"), ecr.registry_url());
}

TEST(EcrApi, TellsTheEndOfATokenAsANumber) {
  EcrDouble ecr;
  ecr.set_token_life(std::chrono::hours(1));
  const auto before = static_cast<double>(base::unix_micros(base::Wall::now())) / 1e6;

  const auto reply = call_api(ecr, "GetAuthorizationToken", "{}");

  const double ends = reply.at("authorizationData").at(0).at("expiresAt");
  EXPECT_NEAR(ends - before, 3600, 60);
}

TEST(EcrApi, GivesRulesPageByPage) {
  Options options;
  options.rules.clear();
  for (const auto* const prefix : {"a-hub", "b-hub", "c-hub"}) {
    options.rules.push_back({.ecr_repository_prefix = prefix, .upstream_registry_url = "quay.io"});
  }
  EcrDouble ecr(options);
  ecr.change([](Settings& settings) { settings.rules_page = 2; });

  const auto first = call_api(ecr, "DescribePullThroughCacheRules", "{}");
  const nlohmann::json more = {{"nextToken", first.at("nextToken")}};
  const auto second = call_api(ecr, "DescribePullThroughCacheRules", more.dump());

  EXPECT_EQ(first.at("pullThroughCacheRules").size(), 2U);
  ASSERT_EQ(second.at("pullThroughCacheRules").size(), 1U);
  EXPECT_EQ(second.at("pullThroughCacheRules").at(0).at("ecrRepositoryPrefix"), "c-hub");
  EXPECT_FALSE(second.contains("nextToken"));
}

struct RefusedCase {
  std::string action;
  std::string body;
  std::string code;
};

TEST(EcrApi, RefusesInAwsWords) {
  EcrDouble ecr(with_image("quay.io", "a/b", one_layer_image(10)));
  ask_registry(ecr, "/v2/quay/a/b/manifests/1");
  const std::vector<RefusedCase> cases = {
      {"DescribePullThroughCacheRules", R"({"nextToken":"bm9uc2Vuc2U="})",
       "InvalidParameterException"},
      {"DescribePullThroughCacheRules", R"({"maxResults":1001})", "InvalidParameterException"},
      {"DescribePullThroughCacheRules", R"({"ecrRepositoryPrefixes":["none"]})",
       "PullThroughCacheRuleNotFoundException"},
      {"DescribeImages", R"({"repositoryName":"quay/none"})", "RepositoryNotFoundException"},
      {"DescribeImages", R"({"repositoryName":"quay/a/b","imageIds":[{"imageTag":"2"}]})",
       "ImageNotFoundException"},
      {"DescribeImages", "not json", "SerializationException"},
      {"DeleteRepository", "{}", "UnknownOperationException"},
  };
  for (const auto& refused : cases) {
    SCOPED_TRACE(refused.action + " " + refused.body);

    const auto answer = send(ecr, api_call(ecr, refused.action, refused.body));

    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(code_of(answer), refused.code);
    EXPECT_FALSE(answer.header("x-amzn-requestid").empty());
  }
}

TEST(EcrApi, DescribesAnImageOnceItsLagIsOver) {
  const auto image = one_layer_image(10);
  EcrDouble ecr(with_image("quay.io", "a/b", image));
  const std::string query = R"({"repositoryName":"quay/a/b","imageIds":[{"imageTag":"1"}]})";
  ask_registry(ecr, "/v2/quay/a/b/manifests/1");
  ecr.change([](Settings& settings) { settings.describe_lag = std::chrono::hours(1); });

  const auto early = send(ecr, api_call(ecr, "DescribeImages", query));
  ecr.change([](Settings& settings) { settings.describe_lag = {}; });
  const auto late = call_api(ecr, "DescribeImages", query);

  EXPECT_EQ(code_of(early), "ImageNotFoundException");
  const auto& detail = late.at("imageDetails").at(0);
  EXPECT_EQ(detail.at("imageDigest"), image.digest);
  EXPECT_TRUE(detail.at("imagePushedAt").is_number());
}

TEST(EcrApi, DeniesAnActionByName) {
  EcrDouble ecr;
  ecr.change(
      [](Settings& settings) { settings.denied_actions = {"ecr:DescribePullThroughCacheRules"}; });

  const auto denied = send(ecr, api_call(ecr, "DescribePullThroughCacheRules", "{}"));
  const auto allowed = send(ecr, api_call(ecr, "GetAuthorizationToken", "{}"));

  EXPECT_EQ(denied.status, 400);
  EXPECT_EQ(code_of(denied), "AccessDeniedException");
  EXPECT_NE(denied.body.find("ecr:DescribePullThroughCacheRules"), std::string::npos);
  EXPECT_EQ(allowed.status, 200);
}

TEST(EcrApi, ThrottlesSoManyRequests) {
  EcrDouble ecr;
  ecr.throttle(Service::Api, 2);
  std::vector<int> statuses;

  for (int i = 0; i < 3; ++i) {
    statuses.push_back(send(ecr, api_call(ecr, "GetAuthorizationToken", "{}")).status);
  }

  EXPECT_EQ(statuses, (std::vector<int>{400, 400, 200}));
  EXPECT_EQ(ecr.counters().requests(Service::Api, "GetAuthorizationToken"), 3U);
}

TEST(Sts, HandsOutCredentialsForAWebIdentity) {
  EcrDouble ecr;
  const auto answer = support::send_raw(
      {.method = "POST",
       .url = ecr.api_url() + "/",
       .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
       .body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
               "123456789012%3Arole%2Fci&RoleSessionName=build&WebIdentityToken=eyJhbGciOi"});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto element = [&](const std::string& name) {
    const auto start = answer.body.find("<" + name + ">") + name.size() + 2;
    return answer.body.substr(start, answer.body.find("</" + name + ">") - start);
  };
  const Credentials issued{element("AccessKeyId"), element("SecretAccessKey"),
                           element("SessionToken")};

  const auto used = send(ecr, api_call(ecr, "GetAuthorizationToken", "{}", issued));

  EXPECT_EQ(used.status, 200) << used.body;
  EXPECT_EQ(ecr.counters().requests(Service::Api, "sts:AssumeRoleWithWebIdentity"), 1U);
}

}  // namespace
}  // namespace ecrelay::ecr_double
