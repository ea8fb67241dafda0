#include "aws/ecr_api.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "aws/environment_source.hpp"
#include "base/timestamps.hpp"
#include "manual_clock.hpp"

namespace ecrelay::aws {
namespace {

using std::chrono::milliseconds;

constexpr const char* kSessionToken = "SESSION+TOKEN/hush==";

net::HttpResponse reply(int status, std::string body, net::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

net::HttpResponse failure(const std::string& code, const std::string& message = "why") {
  return reply(400,
               R"({"__type":"com.amazonaws.ecr#)" + code + R"(","message":")" + message + "\"}");
}

net::HttpResponse no_rules() {
  return reply(200, R"({"pullThroughCacheRules":[]})");
}

/// Answers from a list, keeps what was asked.
class EcrApiTest : public ::testing::Test {
 protected:
  EcrApi make_api(std::string registry_id = "") {
    return EcrApi(
        [this](const net::HttpRequest& request, const net::HttpLimits&,
               std::stop_token) -> base::Result<net::HttpResponse> {
          requests.push_back(request);
          if (answers.empty()) {
            return base::Error{base::ErrorCode::Unavailable, "connection refused"};
          }
          auto answer = std::move(answers.front());
          answers.pop_front();
          return answer;
        },
        credentials, clock,
        {.region = "eu-central-1",
         .endpoint = base::Url::parse("https://api.ecr.eu-central-1.amazonaws.com").value(),
         .registry_id = std::move(registry_id),
         .limits = {.total = milliseconds(2000), .first_wait = milliseconds(2), .attempts = 3}});
  }

  static std::vector<std::unique_ptr<CredentialSource>> sources() {
    std::vector<std::unique_ptr<CredentialSource>> list;
    list.push_back(std::make_unique<EnvironmentSource>(
        base::Environment::from_map({{"AWS_ACCESS_KEY_ID", "AKID"},
                                     {"AWS_SECRET_ACCESS_KEY", "SECRET-hush"},
                                     {"AWS_SESSION_TOKEN", kSessionToken}})));
    return list;
  }

  ManualClock clock{base::parse_iso8601("2026-01-02T03:04:05Z").value()};
  CredentialProvider credentials{sources(), clock};
  std::deque<base::Result<net::HttpResponse>> answers;
  std::vector<net::HttpRequest> requests;
};

TEST_F(EcrApiTest, SignsTheCallAsTheServiceWantsIt) {
  answers.push_back(reply(
      200,
      R"({"authorizationData":[{"authorizationToken":"QVdTOnB3","expiresAt":1.7e9,"proxyEndpoint":"https://x.example"}]})"));

  const auto token = make_api().get_authorization_token();

  ASSERT_TRUE(token.ok()) << token.error().message;
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].method, net::Method::Post);
  EXPECT_EQ(requests[0].body, "{}");
  EXPECT_EQ(requests[0].headers.get("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(requests[0].headers.get("X-Amz-Target"),
            "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
  EXPECT_TRUE(
      requests[0]
          .headers.joined("Authorization")
          .starts_with(
              "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-central-1/ecr/aws4_request, "
              "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "));
}

TEST_F(EcrApiTest, FollowsThePagesOfTheRules) {
  const auto page = [](const std::string& prefix, const std::string& more) {
    return reply(200, R"({"pullThroughCacheRules":[{"ecrRepositoryPrefix":")" + prefix +
                          R"(","upstreamRegistryUrl":"quay.io"}])" + more + "}");
  };
  answers.push_back(page("a1", R"(,"nextToken":"t1")"));
  answers.push_back(page("b2", R"(,"nextToken":"t2")"));
  answers.push_back(page("c3", R"(,"nextToken":null)"));

  const auto rules = make_api("123456789012").describe_pull_through_cache_rules();

  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->size(), 3U);
  EXPECT_EQ((*rules)[2].ecr_repository_prefix, "c3");
  EXPECT_EQ(requests[0].body, R"({"maxResults":100,"registryId":"123456789012"})");
  EXPECT_EQ(requests[2].body, R"({"maxResults":100,"nextToken":"t2","registryId":"123456789012"})");
}

TEST_F(EcrApiTest, EndsWhenAPageTokenComesAgain) {
  for (int i = 0; i < 3; ++i) {
    answers.push_back(reply(200, R"({"pullThroughCacheRules":[],"nextToken":"same"})"));
  }

  const auto rules = make_api().describe_pull_through_cache_rules();

  ASSERT_FALSE(rules.ok());
  EXPECT_EQ(rules.error().code, base::ErrorCode::Corrupt);
  EXPECT_EQ(requests.size(), 2U);
}

TEST_F(EcrApiTest, EndsWhenThePagesDoNot) {
  for (int i = 0; i < 100; ++i) {
    answers.push_back(
        reply(200, R"({"pullThroughCacheRules":[],"nextToken":")" + std::to_string(i) + "\"}"));
  }

  const auto rules = make_api().describe_pull_through_cache_rules();

  EXPECT_FALSE(rules.ok());
  EXPECT_EQ(requests.size(), 20U);
}

TEST_F(EcrApiTest, AsksForOneImageByTag) {
  answers.push_back(failure("ImageNotFoundException"));

  const auto image = make_api().describe_image("docker-hub/library/node", "20");

  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code, base::ErrorCode::NotFound);
  EXPECT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].body,
            R"({"imageIds":[{"imageTag":"20"}],"repositoryName":"docker-hub/library/node"})");
}

TEST_F(EcrApiTest, TriesAgainWhatMayPass) {
  answers.push_back(failure("ThrottlingException"));
  answers.push_back(reply(503, ""));
  answers.push_back(no_rules());

  EXPECT_TRUE(make_api().describe_pull_through_cache_rules().ok());
  EXPECT_EQ(requests.size(), 3U);
}

TEST_F(EcrApiTest, GivesUpAfterItsAttemptsAndTellsTheLastFailure) {
  for (int i = 0; i < 5; ++i) {
    answers.push_back(failure("ThrottlingException", "Rate exceeded"));
  }

  const auto throttled = make_api().describe_pull_through_cache_rules();
  answers.clear();
  const auto unreachable = make_api().describe_pull_through_cache_rules();

  EXPECT_EQ(throttled.error().code, base::ErrorCode::Throttled);
  EXPECT_EQ(throttled.error().message,
            "ecr:DescribePullThroughCacheRules: ThrottlingException: Rate exceeded");
  EXPECT_EQ(unreachable.error().code, base::ErrorCode::Unavailable);
  EXPECT_EQ(requests.size(), 6U);
}

TEST_F(EcrApiTest, DoesNotTryAgainWhatIsDenied) {
  answers.push_back(failure("AccessDeniedException", "not authorized to perform: ecr:X"));

  const auto rules = make_api().describe_pull_through_cache_rules();

  EXPECT_EQ(rules.error().code, base::ErrorCode::PermissionDenied);
  EXPECT_NE(rules.error().message.find("ecr:X"), std::string::npos);
  EXPECT_EQ(requests.size(), 1U);
}

TEST_F(EcrApiTest, RenewsExpiredCredentialsOnce) {
  answers.push_back(failure("ExpiredTokenException"));
  answers.push_back(failure("ExpiredTokenException"));

  const auto rules = make_api().describe_pull_through_cache_rules();

  EXPECT_EQ(rules.error().code, base::ErrorCode::Unauthenticated);
  EXPECT_EQ(requests.size(), 2U);
}

TEST_F(EcrApiTest, CorrectsItsClockOnceByTheRepliesDate) {
  auto skewed = failure("InvalidSignatureException", "Signature expired");
  skewed.headers.add("Date", "Fri, 02 Jan 2026 04:04:05 GMT");
  answers.push_back(skewed);
  answers.push_back(no_rules());
  answers.push_back(no_rules());
  auto api = make_api();

  EXPECT_TRUE(api.describe_pull_through_cache_rules().ok());
  EXPECT_TRUE(api.describe_pull_through_cache_rules().ok());

  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].headers.get("X-Amz-Date"), "20260102T030405Z");
  EXPECT_EQ(requests[1].headers.get("X-Amz-Date"), "20260102T040405Z");
  EXPECT_EQ(requests[2].headers.get("X-Amz-Date"), "20260102T040405Z");
}

TEST_F(EcrApiTest, DoesNotBlameTheClockForAWrongKey) {
  auto wrong = failure("InvalidSignatureException", "does not match");
  wrong.headers.add("Date", "Fri, 02 Jan 2026 03:04:10 GMT");
  answers.push_back(wrong);

  const auto rules = make_api().describe_pull_through_cache_rules();

  EXPECT_EQ(rules.error().code, base::ErrorCode::Unauthenticated);
  EXPECT_EQ(requests.size(), 1U);
}

TEST_F(EcrApiTest, ShowsNoSecretThatAwsEchoes) {
  answers.push_back(
      failure("ValidationException", "a " + std::string(kSessionToken) + " b SECRET-hush c"));

  const auto rules = make_api().describe_pull_through_cache_rules();

  EXPECT_EQ(rules.error().message,
            "ecr:DescribePullThroughCacheRules: ValidationException: a *** b *** c");
}

/// Hangs, as a transport does, until its stop token fires.
base::Result<net::HttpResponse> hang(const net::HttpRequest&, const net::HttpLimits&,
                                     std::stop_token stop) {
  const auto deadline = base::Deadline::after(std::chrono::seconds(10));
  while (!stop.stop_requested() && !deadline.passed()) {
    std::this_thread::yield();
  }
  return base::Error{base::ErrorCode::Canceled, "stopped"};
}

TEST_F(EcrApiTest, EndsACallThatHangsAtItsDeadline) {
  EcrApi api(hang, credentials, clock,
             {.region = "eu-central-1",
              .endpoint = base::Url::parse("https://x.example").value(),
              .limits = {.total = milliseconds(50)}});

  const auto begin = base::Steady::now();
  const auto token = api.get_authorization_token();

  EXPECT_EQ(token.error().code, base::ErrorCode::Timeout);
  EXPECT_LT(base::Steady::now() - begin, milliseconds(2000));
}

TEST_F(EcrApiTest, EndsWhenItsCallerStops) {
  std::stop_source stop;
  EcrApi api(
      [&](const net::HttpRequest& request, const net::HttpLimits& limits, std::stop_token token) {
        stop.request_stop();
        return hang(request, limits, std::move(token));
      },
      credentials, clock,
      {.region = "eu-central-1", .endpoint = base::Url::parse("https://x.example").value()});

  const auto token = api.get_authorization_token(stop.get_token());

  EXPECT_EQ(token.error().code, base::ErrorCode::Canceled);
}

}  // namespace
}  // namespace ecrelay::aws
