// The main job: an image pulled through the relay, cold and warm, from ECR's pull-through cache.

#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class Pull : public RelayFixture {};

TEST_F(Pull, ColdThenWarmAsksEcrOnce) {
  start_relay();

  EXPECT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
  const auto cold = ecr_.counters();
  EXPECT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
  const auto warm = ecr_.counters();

  EXPECT_GT(cold.requests(Service::S3), 0U);
  EXPECT_EQ(warm.requests(Service::Registry), cold.requests(Service::Registry));
  EXPECT_EQ(warm.requests(Service::S3), cold.requests(Service::S3));
  EXPECT_EQ(warm.requests(Service::Upstream), 0U);
  const auto all = rows();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].outcome, i < all.size() / 2 ? "miss" : "hit") << i;
    EXPECT_EQ(all[i].origin, i < all.size() / 2 ? "ecr" : "store") << i;
  }
}

TEST_F(Pull, ABlobsFetchedBytesStandOnItsMiss) {
  start_relay();

  ASSERT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});

  const auto all = rows();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(
        eventually(i, [](const Row& row) { return row.bytes_fetched == row.bytes_served; }));
    EXPECT_EQ(all[i].reason, "cold");
  }
}

TEST_F(Pull, ImagesThatShareLayersFetchThemOnce) {
  start_relay();
  ASSERT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
  const auto before = ecr_.counters().requests(Service::S3);

  ASSERT_EQ(pull("library/sample-app", "1"), std::vector<std::string>{});

  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  for (const auto& row : rows()) {
    if (row.repository == "library/sample-app" && row.kind == "blob") {
      hits += row.outcome == "hit" || row.outcome == "revalidated" ? 1 : 0;
      misses += row.outcome == "miss" ? 1 : 0;
    }
  }
  EXPECT_GE(hits, 2U);
  EXPECT_EQ(ecr_.counters().requests(Service::S3) - before, misses);
}

TEST_F(Pull, EveryMediaTypePassesByteForByte) {
  start_relay();
  struct Case {
    const char* registry;
    const char* repository;
    const char* type;
  };
  for (const auto& [registry, repository, type] :
       {Case{"docker.io", "library/sample-base", ecr_double::kOciIndex},
        Case{"docker.io", "library/sample-list", ecr_double::kDockerList},
        Case{"quay.io", "sample/tool", ecr_double::kDockerManifest},
        Case{"ghcr.io", "sample/oci", ecr_double::kOciManifest}}) {
    const auto& sample = image(registry, repository);
    const auto target =
        std::string("/v2/") + repository + "/manifests/1?ns=" + std::string(registry);

    const auto answer = get(target);
    const auto heading = head(target);

    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.header("Content-Type"), type);
    EXPECT_EQ(answer.header("Docker-Content-Digest"), sample.digest);
    EXPECT_EQ(base::sha256(answer.body).str(), sample.digest);
    EXPECT_EQ(heading.status, 200);
    EXPECT_EQ(heading.header("Content-Type"), type);
    EXPECT_EQ(heading.header("Docker-Content-Digest"), sample.digest);
    EXPECT_EQ(heading.header("Content-Length"), std::to_string(answer.body.size()));
    EXPECT_EQ(heading.body, "");
  }
}

TEST_F(Pull, ByDigestAfterTheTagComesFromTheStore) {
  start_relay();
  ASSERT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
  const auto digest = image("docker.io", "library/sample-base").digest;

  const auto answer = get("/v2/library/sample-base/manifests/" + digest);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("X-Ecrelay-Outcome"), "hit");
  EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "store");
}

TEST_F(Pull, ByDigestThatEcrHasNotImportedGoesDirect) {
  start_relay();
  const auto digest = image("docker.io", "library/sample-base").digest;

  const auto answer = get("/v2/library/sample-base/manifests/" + digest);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "upstream");
  EXPECT_EQ(base::sha256(answer.body).str(), digest);
  EXPECT_NE(rows().front().detail.find("ecr:BatchImportUpstreamImage"), std::string::npos)
      << rows().front().detail;
}

TEST_F(Pull, AnUnknownRegistryIsDeclinedAtOnce) {
  start_relay();

  const auto answer = get("/v2/app/manifests/1?ns=registry.example.com");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.header("X-Ecrelay-Outcome"), "declined");
  EXPECT_EQ(rows().front().reason, "no-rule");
  EXPECT_EQ(ecr_.counters().requests(Service::Registry), 0U);
}

TEST_F(Pull, AnImageThatIsNowhereIsDeclined) {
  start_relay();

  const auto answer = get("/v2/library/nothing/manifests/1");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(rows().front().outcome, "declined");
  EXPECT_EQ(rows().front().reason, "not-found");
}

TEST_F(Pull, ATagThatMovedIsAMissWithItsReason) {
  start_relay([](config::ServeOptions& options) {
    options.freshness.kind = config::FreshnessKind::Always;
  });
  ecr_.change([](ecr_double::Settings& settings) {
    settings.refresh_after = std::chrono::milliseconds(0);
  });
  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
  ecr_.upstream().put("docker.io", "library/sample-base", "1",
                      image("docker.io", "library/sample-app"));

  const auto moved = get("/v2/library/sample-base/manifests/1");

  EXPECT_EQ(moved.header("Docker-Content-Digest"), image("docker.io", "library/sample-app").digest);
  const auto all = rows();
  EXPECT_EQ(all[1].outcome, "revalidated");
  EXPECT_EQ(all[1].origin, "store");
  EXPECT_EQ(all[2].outcome, "miss");
  EXPECT_EQ(all[2].reason, "tag-moved");
}

TEST_F(Pull, APrivateRepositoryOfTheAccountGoesToEcr) {
  ecr_.push("team/app", "7", image("ghcr.io", "sample/oci"));
  start_relay();

  const auto wrong = pull("team/app", "7", "?ns=123456789012.dkr.ecr.us-east-1.amazonaws.com");

  EXPECT_EQ(wrong, std::vector<std::string>{});
  EXPECT_EQ(ecr_.counters().requests(Service::Upstream), 0U);
  EXPECT_EQ(rows().front().ecr_cache, "");
}

TEST_F(Pull, WhatWasKnownIsKnownAfterARestart) {
  start_relay();
  ASSERT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
  start_relay();
  const auto before = ecr_.counters();

  ASSERT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});

  EXPECT_EQ(ecr_.counters().requests(Service::Registry), before.requests(Service::Registry));
}

}  // namespace
}  // namespace ecrelay
