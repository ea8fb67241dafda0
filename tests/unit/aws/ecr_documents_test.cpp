#include "aws/ecr_documents.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/timestamps.hpp"

namespace ecrelay::aws {
namespace {

std::string token_reply(const std::string& token, const std::string& expires_at,
                        const std::string& endpoint) {
  return R"({"authorizationData":[{"authorizationToken":")" + token + R"(","expiresAt":)" +
         expires_at + R"(,"proxyEndpoint":")" + endpoint + R"("}]})";
}

constexpr const char* kEndpoint = "https://123456789012.dkr.ecr.us-east-1.amazonaws.com";

TEST(ParseAuthorizationToken, ReadsEveryFormOfATime) {
  for (const auto* time : {"1767323045", "1767323045.25", "1.767323045E9"}) {
    const auto token = parse_authorization_token(token_reply("QVdTOnB3", time, kEndpoint));

    ASSERT_TRUE(token.ok()) << time;
    EXPECT_EQ(token->basic.reveal(), "QVdTOnB3");
    EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(token->expires_at),
              base::parse_iso8601("2026-01-02T03:04:05Z"));
    EXPECT_EQ(token->proxy_endpoint.origin(), kEndpoint);
  }
}

TEST(ParseAuthorizationToken, SetsNoBoundToTheLengthOfAToken) {
  const std::string text(40000, 'A');

  EXPECT_EQ(parse_authorization_token(token_reply(text, "1", kEndpoint))->basic.reveal(), text);
}

TEST(ParseAuthorizationToken, RefusesWhatItCannotUseAndShowsNoneOfIt) {
  const std::vector<std::string> cases = {
      "",
      "[]",
      "{}",
      R"({"authorizationData":[]})",
      R"({"authorizationData":[7]})",
      token_reply("hush\\r\\nX: y", "1", kEndpoint),
      token_reply("", "1", kEndpoint),
      token_reply("QVdTOnB3", "\"2026-01-02T03:04:05Z\"", kEndpoint),
      token_reply("QVdTOnB3", "1e300", kEndpoint),
      token_reply("QVdTOnB3", "-1", kEndpoint),
      token_reply("QVdTOnB3", "1", "hush"),
  };

  for (const auto& bytes : cases) {
    const auto token = parse_authorization_token(bytes);

    ASSERT_FALSE(token.ok()) << bytes;
    EXPECT_EQ(token.error().code, base::ErrorCode::Corrupt);
    EXPECT_EQ(token.error().message.find("hush"), std::string::npos);
    EXPECT_EQ(token.error().message.find("QVdT"), std::string::npos);
  }
}

TEST(ParseRulesPage, ReadsRulesWithTheirDefaults) {
  const auto page = parse_rules_page(
      R"({"pullThroughCacheRules":[
        {"ecrRepositoryPrefix":"docker-hub","upstreamRegistryUrl":"registry-1.docker.io",
         "registryId":"123456789012","createdAt":1.7e9,"credentialArn":"arn:aws:x"},
        {"ecrRepositoryPrefix":"my-app/","upstreamRegistryUrl":"Quay.IO",
         "upstreamRepositoryPrefix":"upstream-app"},
        {"ecrRepositoryPrefix":"ROOT","upstreamRegistryUrl":"ghcr.io",
         "upstreamRepositoryPrefix":"ROOT"}],"nextToken":"abc"})");

  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next_token, "abc");
  const std::vector<PullThroughCacheRule> expected = {
      {"docker-hub", "registry-1.docker.io", "ROOT", "123456789012"},
      {"my-app", "quay.io", "upstream-app", ""},
      {"ROOT", "ghcr.io", "ROOT", ""},
  };
  EXPECT_EQ(page->rules, expected);
}

TEST(ParseRulesPage, LeavesOutRulesThatItCannotUse) {
  const std::vector<std::string> rules = {
      "7",
      "{}",
      R"({"ecrRepositoryPrefix":"","upstreamRegistryUrl":"quay.io"})",
      R"({"ecrRepositoryPrefix":"../x","upstreamRegistryUrl":"quay.io"})",
      R"({"ecrRepositoryPrefix":"a?b","upstreamRegistryUrl":"quay.io"})",
      R"({"ecrRepositoryPrefix":"/a","upstreamRegistryUrl":"quay.io"})",
      R"({"ecrRepositoryPrefix":"a","upstreamRegistryUrl":""})",
      R"({"ecrRepositoryPrefix":"a","upstreamRegistryUrl":"quay.io/x"})",
      R"({"ecrRepositoryPrefix":"a","upstreamRegistryUrl":"user@quay.io"})",
      R"({"ecrRepositoryPrefix":"a","upstreamRegistryUrl":"quay.io","upstreamRepositoryPrefix":"A"})",
  };

  for (const auto& rule : rules) {
    const auto page = parse_rules_page(R"({"pullThroughCacheRules":[)" + rule + "]}");

    ASSERT_TRUE(page.ok()) << rule;
    EXPECT_TRUE(page->rules.empty()) << rule;
  }
  EXPECT_FALSE(parse_rules_page("{}").ok());
  EXPECT_FALSE(parse_rules_page("<html>").ok());
}

TEST(ParseImageDetail, ReadsDigestAndTime) {
  const auto digest = "sha256:" + std::string(64, 'a');

  const auto image = parse_image_detail(R"({"imageDetails":[{"imageDigest":")" + digest +
                                        R"(","imagePushedAt":1767323045.0}]})");

  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->digest.str(), digest);
  EXPECT_EQ(image->pushed_at, base::parse_iso8601("2026-01-02T03:04:05Z"));
}

TEST(ParseImageDetail, TellsAbsentFromCorrupt) {
  EXPECT_EQ(parse_image_detail(R"({"imageDetails":[]})").error().code, base::ErrorCode::NotFound);
  EXPECT_EQ(parse_image_detail(R"({"imageDetails":[{}]})").error().code, base::ErrorCode::Corrupt);
  EXPECT_EQ(parse_image_detail("{}").error().code, base::ErrorCode::Corrupt);
}

}  // namespace
}  // namespace ecrelay::aws
