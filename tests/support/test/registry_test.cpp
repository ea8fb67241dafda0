#include <gtest/gtest.h>

#include <string>

#include "base/digest.hpp"
#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kRepository = "docker-hub/library/app";

Options app_options() {
  return with_image("docker.io", "library/app", one_layer_image(1000));
}

std::string manifest_path(const std::string& reference) {
  return std::string("/v2/") + kRepository + "/manifests/" + reference;
}

TEST(EcrRegistry, ChallengesInPlainTextWithoutAToken) {
  const EcrDouble ecr;

  const auto answer = support::send_raw({.url = ecr.registry_url() + "/v2/"});

  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, "Not Authorized\n");
  EXPECT_EQ(answer.header("Www-Authenticate"),
            "Basic realm=\"" + ecr.registry_url() + "/\",service=\"ecr.amazonaws.com\"");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
}

TEST(EcrRegistry, RefusesAnExpiredTokenWithoutAChallenge) {
  EcrDouble ecr;
  const auto password = ecr.issue_password();
  ecr.expire_tokens();

  const auto answer = support::send_raw(
      {.url = ecr.registry_url() + "/v2/", .headers = {{"Authorization", basic(password)}}});

  EXPECT_EQ(answer.status, 403);
  EXPECT_FALSE(answer.header("Docker-Distribution-Api-Version").empty());
  EXPECT_TRUE(answer.header("Www-Authenticate").empty());
  EXPECT_EQ(error_of(answer).at("message"),
            "Your authorization token has expired. Reauthenticate and try again.");
}

TEST(EcrRegistry, ServesATagByItsRuleWithoutADigestHeader) {
  EcrDouble ecr(app_options());
  const auto image = one_layer_image(1000);

  const auto answer = ask_registry(ecr, manifest_path("1"));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), kOciManifest);
  EXPECT_EQ(base::sha256(answer.body).str(), image.digest);
  EXPECT_TRUE(answer.header("Docker-Content-Digest").empty());
  EXPECT_EQ(ecr.counters().imports, 1U);
}

TEST(EcrRegistry, AnswersHeadWithTheLengthAndNoBody) {
  EcrDouble ecr(app_options());

  const auto answer = ask_registry(ecr, manifest_path("1"), "HEAD");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"),
            std::to_string(one_layer_image(1000).manifest().content.size()));
  EXPECT_TRUE(answer.body.empty());
  EXPECT_EQ(ecr.counters().bytes(Service::Registry, "manifest"), 0U);
}

TEST(EcrRegistry, DoesNotKnowRepositoriesWithoutARule) {
  EcrDouble ecr(app_options());

  const auto answer = ask_registry(ecr, "/v2/other/app/manifests/1");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(error_of(answer).at("message"),
            "The repository with name 'other/app' does not exist in the registry with id "
            "'123456789012'");
}

TEST(EcrRegistry, WantsTheStoredTypeAmongSeveralAcceptLines) {
  EcrDouble ecr(app_options());
  const auto ask = [&](HeaderList headers) {
    headers.emplace_back("Authorization", basic(ecr.issue_password()));
    return support::send_raw({.url = ecr.registry_url() + manifest_path("1"), .headers = headers});
  };

  const auto two_lines = ask({{"Accept", kDockerManifest}, {"Accept", kOciManifest}});
  const auto other = ask({{"Accept", kDockerManifest}});
  const auto any = ask({{"Accept", "*/*"}});

  EXPECT_EQ(two_lines.status, 200);
  EXPECT_EQ(other.status, 404);
  EXPECT_EQ(any.status, 200);
}

TEST(EcrRegistry, ServesPrivateImagesWithoutARule) {
  EcrDouble ecr;
  ecr.push("team/service", "v1", one_layer_image(10));

  EXPECT_EQ(ask_registry(ecr, "/v2/team/service/manifests/v1").status, 200);
  EXPECT_EQ(ask_registry(ecr, "/v2/team/service/manifests/v2").status, 404);
  EXPECT_EQ(ecr.counters().imports, 0U);
}

TEST(EcrRegistry, ListsTagsInPagesWithAnOpaqueLink) {
  EcrDouble ecr;
  for (const auto* const tag : {"a", "b", "c"}) {
    ecr.push("team/service", tag, one_layer_image(10));
  }
  ecr.change([](Settings& settings) { settings.tags_page = 2; });

  const auto first = ask_registry(ecr, "/v2/team/service/tags/list");
  const auto link = first.header("Link");
  const auto start = link.find("/v2/");
  const auto second = ask_registry(ecr, link.substr(start, link.find('>') - start));

  EXPECT_EQ(nlohmann::json::parse(first.body).at("tags"), (nlohmann::json{"a", "b"}));
  EXPECT_EQ(first.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(link.starts_with("<" + ecr.registry_url() + "/v2/"));
  EXPECT_EQ(link.find("last=b"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(second.body).at("tags"), nlohmann::json::array({"c"}));
  EXPECT_TRUE(second.header("Link").empty());
}

TEST(EcrRegistry, RefusesMoreThanAThousandTags) {
  EcrDouble ecr;
  ecr.push("team/service", "a", one_layer_image(10));

  const auto answer = ask_registry(ecr, "/v2/team/service/tags/list?n=1001");

  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(error_of(answer).at("code"), "UNSUPPORTED");
}

TEST(EcrRegistry, FindsReferrersOfTheUpstreamByType) {
  const auto image = one_layer_image(10);
  EcrDouble ecr(with_image("docker.io", "library/app", image));
  ecr.upstream().put("docker.io", "library/app", "", make_referrer(image, "test/sbom", "sbom"));
  ecr.upstream().put("docker.io", "library/app", "", make_referrer(image, "test/sig", "sig"));
  ask_registry(ecr, manifest_path("1"));
  const auto path = std::string("/v2/") + kRepository + "/referrers/" + image.digest;

  const auto all = nlohmann::json::parse(ask_registry(ecr, path).body);
  const auto one = ask_registry(ecr, path + "?artifactType=test%2Fsig");

  EXPECT_EQ(all.at("manifests").size(), 2U);
  const auto found = nlohmann::json::parse(one.body).at("manifests");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.at(0).at("artifactType"), "test/sig");
  EXPECT_EQ(one.header("OCI-Filters-Applied"), "artifactType");
}

TEST(EcrRegistry, ThrottlesInItsOwnWords) {
  EcrDouble ecr(app_options());
  ecr.throttle(Service::Registry, 1);

  const auto throttled = ask_registry(ecr, manifest_path("1"));
  const auto next = ask_registry(ecr, manifest_path("1"));

  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(error_of(throttled).at("code"), "TOOMANYREQUESTS");
  EXPECT_TRUE(throttled.header("Retry-After").empty());
  EXPECT_EQ(next.status, 200);
}

}  // namespace
}  // namespace ecrelay::ecr_double
