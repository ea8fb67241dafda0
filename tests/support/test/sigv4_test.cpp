#include "support/ecr_double/sigv4.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/ecr_double/ecr_double.hpp"
#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kVectorSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

struct GoldenCase {
  std::string name;
  Request request;
  Authorization scope;
  std::string signature;
};

Request post(const std::string& host, const std::string& body, HeaderList headers) {
  headers.emplace_back("Host", host);
  headers.emplace_back("X-Amz-Date", "20260102T030405Z");
  return {
      .method = "POST", .target = "/", .path = "/", .headers = std::move(headers), .body = body};
}

/// Computed with botocore 1.43.67.
std::vector<GoldenCase> golden_cases() {
  const std::string json = "application/x-amz-json-1.1";
  const std::string target = "AmazonEC2ContainerRegistry_V20150921.";
  return {
      {"GetAuthorizationToken",
       post("api.ecr.us-east-1.amazonaws.com", "{}",
            {{"Content-Type", json}, {"X-Amz-Target", target + "GetAuthorizationToken"}}),
       {"AKIDEXAMPLE", "20260102", "us-east-1", "ecr", "content-type;host;x-amz-date;x-amz-target",
        ""},
       "997b80552554e08571a650063d23958ffe90e86d094fff42c53be7649d3432f7"},
      {"DescribePullThroughCacheRules",
       post("ecr.eu-central-1.api.aws", "{\"maxResults\":100}",
            {{"Content-Type", json},
             {"X-Amz-Security-Token", "FwoGZXIvYXdzEXAMPLE+/token=="},
             {"X-Amz-Target", target + "DescribePullThroughCacheRules"}}),
       {"ASIAEXAMPLE", "20260102", "eu-central-1", "ecr",
        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target", ""},
       "f10c20171db08f6435ffa94d1b2e2634a6c28be0a119525a23f7f667c731c27e"},
      {"AssumeRole",
       post("sts.us-west-2.amazonaws.com",
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3A"
            "role%2Fci&RoleSessionName=ecrelay&DurationSeconds=3600",
            {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}),
       {"AKIDEXAMPLE", "20260102", "us-west-2", "sts", "content-type;host;x-amz-date", ""},
       "d6264be77a0d0029edad18044b07cdd01af8028633020b5c685fa37d0944103c"},
  };
}

TEST(SigV4, AgreesWithBotocore) {
  for (const auto& golden : golden_cases()) {
    SCOPED_TRACE(golden.name);

    const auto signature =
        header_signature(golden.request, golden.scope, "20260102T030405Z", kVectorSecret);

    EXPECT_EQ(signature, golden.signature);
  }
}

TEST(SigV4, ReadsAnAuthorizationHeaderInParts) {
  const auto parts = parse_authorization(
      "AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/ecr/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=abc");

  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->access_key, "AKID");
  EXPECT_EQ(parts->region, "us-east-1");
  EXPECT_EQ(parts->service, "ecr");
  EXPECT_EQ(parts->signed_headers, "host;x-amz-date");
  EXPECT_EQ(parts->signature, "abc");
}

TEST(SigV4, RefusesOtherSchemes) {
  EXPECT_FALSE(parse_authorization("Basic QVdTOng=").has_value());
  EXPECT_FALSE(parse_authorization("AWS4-HMAC-SHA256 Credential=AKID/ecr, Signature=a"));
}

TEST(ApiSignature, IsAcceptedWhenRight) {
  const EcrDouble ecr;

  const auto answer = send(ecr, api_call(ecr, "GetAuthorizationToken", "{}"));

  EXPECT_EQ(answer.status, 200) << answer.body;
}

struct SpoiltCase {
  std::string name;
  std::function<void(ApiCall&)> spoil;
  std::string code;
};

void move_time(ApiCall& call, std::chrono::minutes by) {
  call.time = amz_date(std::chrono::system_clock::now() + by);
  call.scope.date = call.time.substr(0, 8);
  call.request.headers[2].second = call.time;
}

std::vector<SpoiltCase> spoilt_cases() {
  return {
      {"secret", [](ApiCall& c) { c.secret += "x"; }, "InvalidSignatureException"},
      {"access key", [](ApiCall& c) { c.scope.access_key = "AKIDOTHER"; },
       "UnrecognizedClientException"},
      {"region", [](ApiCall& c) { c.scope.region = "eu-west-1"; }, "InvalidSignatureException"},
      {"service", [](ApiCall& c) { c.scope.service = "api.ecr"; }, "InvalidSignatureException"},
      {"6 minutes slow", [](ApiCall& c) { move_time(c, std::chrono::minutes(-6)); },
       "InvalidSignatureException"},
      {"6 minutes fast", [](ApiCall& c) { move_time(c, std::chrono::minutes(6)); },
       "InvalidSignatureException"},
      {"token not signed",
       [](ApiCall& c) { c.scope.signed_headers = "content-type;host;x-amz-date;x-amz-target"; },
       "InvalidSignatureException"},
      {"wrong token", [](ApiCall& c) { c.request.headers[3].second = "other"; },
       "UnrecognizedClientException"},
      {"no token",
       [](ApiCall& c) {
         c.request.headers.erase(c.request.headers.begin() + 3);
         c.scope.signed_headers = "content-type;host;x-amz-date;x-amz-target";
       },
       "UnrecognizedClientException"},
      {"port not in the signed host", [](ApiCall& c) { c.request.headers[0].second = "127.0.0.1"; },
       "InvalidSignatureException"},
  };
}

TEST(ApiSignature, IsRefusedWhenAnyPartIsWrong) {
  const EcrDouble ecr;
  for (const auto& spoilt : spoilt_cases()) {
    SCOPED_TRACE(spoilt.name);
    auto call = api_call(ecr, "GetAuthorizationToken", "{}");
    spoilt.spoil(call);

    const auto answer = send(ecr, call);

    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(nlohmann::json::parse(answer.body).at("__type"), spoilt.code) << answer.body;
  }
}

TEST(ApiSignature, WithinFiveMinutesOfTheClockIsAccepted) {
  const EcrDouble ecr;
  auto call = api_call(ecr, "GetAuthorizationToken", "{}");
  move_time(call, std::chrono::minutes(-4));

  EXPECT_EQ(send(ecr, call).status, 200);
}

TEST(ApiSignature, OfAMovedClockIsAcceptedByTheDateHeader) {
  EcrDouble ecr;
  ecr.change([](Settings& settings) { settings.clock_offset = std::chrono::hours(2); });
  auto call = api_call(ecr, "GetAuthorizationToken", "{}");

  EXPECT_EQ(send(ecr, call).status, 400);
  move_time(call, std::chrono::minutes(120));
  EXPECT_EQ(send(ecr, call).status, 200);
}

TEST(ApiSignature, OfExpiredCredentialsSaysSo) {
  EcrDouble ecr;
  ecr.expire_credentials();

  const auto answer = send(ecr, api_call(ecr, "GetAuthorizationToken", "{}"));

  EXPECT_EQ(nlohmann::json::parse(answer.body).at("__type"), "ExpiredTokenException");
}

TEST(ApiSignature, MayBeMadeForAnotherRegionWhereAllowed) {
  Options options;
  options.other_regions = {"eu-west-1"};
  const EcrDouble ecr(options);
  auto call = api_call(ecr, "GetAuthorizationToken", "{}");
  call.scope.region = "eu-west-1";

  EXPECT_EQ(send(ecr, call).status, 200);
}

}  // namespace
}  // namespace ecrelay::ecr_double
