#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "support/ecr_double/pull_through.hpp"
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

TEST(PullThrough, ImportsByTagAloneNeverByDigest) {
  EcrDouble ecr(app_options());
  const auto digest = one_layer_image(1000).digest;

  const auto before = ask_registry(ecr, manifest_path(digest));
  ask_registry(ecr, manifest_path("1"));
  const auto after = ask_registry(ecr, manifest_path(digest));

  EXPECT_EQ(before.status, 404);
  EXPECT_EQ(error_of(before).at("code"), "MANIFEST_UNKNOWN");
  EXPECT_EQ(after.status, 200);
}

TEST(PullThrough, LetsTheFirstPullWaitForTheImport) {
  EcrDouble ecr(app_options());
  ecr.change([](Settings& s) { s.import_delay = std::chrono::milliseconds(80); });
  const auto start = std::chrono::steady_clock::now();

  const auto first = ask_registry(ecr, manifest_path("1"));
  const auto waited = std::chrono::steady_clock::now() - start;
  const auto second = ask_registry(ecr, manifest_path("1"));

  EXPECT_EQ(first.status, 200);
  EXPECT_GE(waited, std::chrono::milliseconds(80));
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(ecr.counters().imports, 1U);
}

TEST(PullThrough, HasChildrenAndBlobsLaterThanTheirIndex) {
  const auto child = one_layer_image(1000);
  const auto index = make_index(ImageFormat::Oci, {child});
  EcrDouble ecr(with_image("docker.io", "library/app", index));
  ecr.change([](Settings& s) { s.children_delay = std::chrono::hours(1); });

  const auto parent = ask_registry(ecr, manifest_path("1"));
  const auto manifest = ask_registry(ecr, manifest_path(child.digest));
  const auto blob =
      ask_registry(ecr, std::string("/v2/") + kRepository + "/blobs/" + first_layer(child));

  EXPECT_EQ(parent.status, 200);
  EXPECT_EQ(manifest.status, 404);
  EXPECT_EQ(blob.status, 404);
}

struct DenialCase {
  std::string action;
  int status;
  std::string code;
};

TEST(PullThrough, MakesMissingRightsLookLikeMissingImages) {
  const std::vector<DenialCase> cases = {
      {"ecr:CreateRepository", 404, "NAME_UNKNOWN"},
      {"ecr:BatchImportUpstreamImage", 404, "MANIFEST_UNKNOWN"},
      {"ecr:BatchGetImage", 403, "DENIED"},
  };
  for (const auto& denial : cases) {
    SCOPED_TRACE(denial.action);
    EcrDouble ecr(app_options());
    ecr.change([&](Settings& settings) { settings.denied_actions = {denial.action}; });

    const auto answer = ask_registry(ecr, manifest_path("1"));

    EXPECT_EQ(answer.status, denial.status);
    EXPECT_EQ(error_of(answer).at("code"), denial.code);
  }
}

TEST(PullThrough, NamesTheUpstreamWhereItIsAtFault) {
  const std::vector<std::pair<UpstreamHealth, int>> cases = {{UpstreamHealth::Throttled, 429},
                                                             {UpstreamHealth::Denied, 403},
                                                             {UpstreamHealth::Unavailable, 503}};
  for (const auto& [health, status] : cases) {
    EcrDouble ecr(app_options());
    ecr.change([&, h = health](Settings& settings) { settings.upstream_health["docker.io"] = h; });

    const auto answer = ask_registry(ecr, manifest_path("1"));

    EXPECT_EQ(answer.status, status);
    EXPECT_NE(answer.body.find("upstream registry"), std::string::npos);
  }
}

TEST(PullThrough, TakesAnUnknownUpstreamRepositoryForABadSecret) {
  EcrDouble ecr(app_options());

  const auto answer = ask_registry(ecr, "/v2/docker-hub/app/manifests/1");

  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(answer.body.find("authentication to the upstream registry failed"), std::string::npos);
}

TEST(PullThrough, KeepsAMovedTagUntilItIsOld) {
  EcrDouble ecr(app_options());
  const auto moved = one_layer_image(1000, 8);
  ask_registry(ecr, manifest_path("1"));
  ecr.upstream().put("docker.io", "library/app", "1", moved);

  const auto young = ask_registry(ecr, manifest_path("1"));
  ecr.change([](Settings& settings) { settings.refresh_after = {}; });
  const auto old = ask_registry(ecr, manifest_path("1"));

  EXPECT_EQ(base::sha256(young.body).str(), one_layer_image(1000).digest);
  EXPECT_EQ(base::sha256(old.body).str(), moved.digest);
}

TEST(PullThrough, ServesTheOldTagWhereARefreshFails) {
  EcrDouble ecr(app_options());
  ask_registry(ecr, manifest_path("1"));
  ecr.change([](Settings& settings) {
    settings.refresh_after = {};
    settings.upstream_health["docker.io"] = UpstreamHealth::Unavailable;
  });

  EXPECT_EQ(ask_registry(ecr, manifest_path("1")).status, 200);
}

struct RuleCase {
  std::string repository;
  std::string registry;
  std::string upstream;
};

TEST(PullThroughRules, MapTheLongestPrefix) {
  const std::vector<Rule> rules = {
      {.ecr_repository_prefix = "ROOT", .upstream_registry_url = "public.ecr.aws"},
      {.ecr_repository_prefix = "hub", .upstream_registry_url = "registry-1.docker.io"},
      {.ecr_repository_prefix = "hub/quay/", .upstream_registry_url = "quay.io"},
      {.ecr_repository_prefix = "my-app",
       .upstream_registry_url = "ghcr.io",
       .upstream_repository_prefix = "upstream-app"},
  };
  const std::vector<RuleCase> cases = {
      {"hub/library/node", "docker.io", "library/node"},
      {"hub/quay/a/b", "quay.io", "a/b"},
      {"my-app/i", "ghcr.io", "upstream-app/i"},
      {"hubs/x", "public.ecr.aws", "hubs/x"},
      {"hub", "public.ecr.aws", "hub"},
  };
  for (const auto& wanted : cases) {
    SCOPED_TRACE(wanted.repository);

    const auto target = find_rule(rules, wanted.repository);

    ASSERT_TRUE(target.has_value());
    EXPECT_EQ(target->registry, wanted.registry);
    EXPECT_EQ(target->repository, wanted.upstream);
  }
}

}  // namespace
}  // namespace ecrelay::ecr_double
