// No client ever has the whole of a wrong blob, and the store never holds one.

#include <filesystem>

#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class Verification : public RelayFixture {
 protected:
  std::string layer_of_large() { return largest_blob(image("docker.io", "sample/large")); }
  bool stored(const std::string& digest) {
    const auto hex = digest.substr(digest.find(':') + 1);
    return std::filesystem::exists(folder_.path() / "cache/v1/blobs/sha256" / hex.substr(0, 2) /
                                   hex);
  }
};

TEST_F(Verification, AnAlteredBlobReachesNobodyWholeAndIsNotStored) {
  start_relay();
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  // Slow, so that the body is promised before the end shows that it is wrong.
  ecr_.change([](ecr_double::Settings& settings) { settings.download_rate = 512 << 10; });
  const auto layer = layer_of_large();
  ecr_.add_fault(
      {.service = Service::S3, .count = 1, .fault = {.altered_byte = std::uint64_t{1000}}});

  const auto bad = get("/v2/sample/large/blobs/" + layer);
  const auto bad_is_stored = stored(layer);
  const auto good = get("/v2/sample/large/blobs/" + layer);

  EXPECT_EQ(bad.ending, Ending::Short) << "ended by FIN, before the promised length";
  EXPECT_FALSE(bad_is_stored);
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(base::sha256(good.body).str(), layer);
  EXPECT_TRUE(stored(layer));
  EXPECT_EQ(rows()[1].outcome, "error");
  EXPECT_EQ(rows()[1].reason, "corrupt");
  EXPECT_EQ(rows()[2].origin, "upstream") << "the place that gave wrong bytes is asked last";
  EXPECT_EQ(rows()[2].outcome, "miss");
}

TEST_F(Verification, ASmallBlobIsPromisedOnlyOnceItIsRight) {
  start_relay();
  const auto& base_image = image("docker.io", "library/sample-base");
  const auto child = ecr_double::read_links(base_image.manifest()).manifests.at(0);
  const auto blobs = ecr_double::read_links(base_image.manifests.at(child)).blobs;
  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
  ASSERT_EQ(get("/v2/library/sample-base/manifests/" + child).status, 200);
  ecr_.add_fault({.service = Service::S3, .fault = {.altered_byte = std::uint64_t{5}}});
  int small = 0;

  for (const auto& digest : blobs) {
    if (base_image.blobs.at(digest).size() > store::Fill::kWithheld) {
      continue;
    }
    ++small;
    const auto answer = get("/v2/library/sample-base/blobs/" + digest);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "upstream") << "it has the right bytes";
    EXPECT_EQ(base::sha256(answer.body).str(), digest);
  }

  EXPECT_GE(small, 1);
}

TEST_F(Verification, AStoredBlobThatWasCutShortIsFetchedAgain) {
  start_relay();
  ASSERT_EQ(pull("sample/large", "1"), std::vector<std::string>{});
  const auto layer = layer_of_large();
  const auto hex = layer.substr(7);
  const auto path = folder_.path() / "cache/v1/blobs/sha256" / hex.substr(0, 2) / hex;
  std::filesystem::resize_file(path, 100);
  const auto while_running = get("/v2/sample/large/blobs/" + layer);
  stop_relay();
  std::filesystem::resize_file(path, 100);
  start_relay();

  const auto after_restart = get("/v2/sample/large/blobs/" + layer);

  EXPECT_EQ(base::sha256(while_running.body).str(), layer);
  EXPECT_EQ(base::sha256(after_restart.body).str(), layer);
  EXPECT_EQ(rows().back().reason, "corrupt");
}

TEST_F(Verification, AnAlteredManifestByDigestIsNotServed) {
  start_relay();
  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
  const auto child =
      ecr_double::read_links(image("docker.io", "library/sample-base").manifest()).manifests[0];
  ecr_.add_fault({.service = Service::Registry,
                  .contains = "/manifests/sha256",
                  .fault = {.altered_byte = std::uint64_t{20}}});

  const auto answer = get("/v2/library/sample-base/manifests/" + child);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "upstream");
  EXPECT_EQ(base::sha256(answer.body).str(), child);
}

TEST_F(Verification, ABlobThatChangedOnDiskIsNotServedAsAManifest) {
  start_relay();
  const auto& sample = image("ghcr.io", "sample/oci");
  ASSERT_EQ(get("/v2/sample/oci/manifests/1?ns=ghcr.io").status, 200);
  const auto hex = sample.digest.substr(7);
  const auto path = folder_.path() / "cache/v1/blobs/sha256" / hex.substr(0, 2) / hex;
  const auto size = std::filesystem::file_size(path);
  ASSERT_TRUE(base::write_file(path, std::string(size, 'x')).ok());

  const auto answer = get("/v2/sample/oci/manifests/" + sample.digest + "?ns=ghcr.io");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(base::sha256(answer.body).str(), sample.digest);
  EXPECT_EQ(rows().back().reason, "corrupt");
}

TEST_F(Verification, ABlobIsServedOnlyUnderARepositoryThatHasIt) {
  start_relay();
  ASSERT_EQ(pull("library/sample-app", "1"), std::vector<std::string>{});
  const auto layer = ecr_double::read_links(
                         image("docker.io", "library/sample-app")
                             .manifests.at(ecr_double::read_links(
                                               image("docker.io", "library/sample-app").manifest())
                                               .manifests[0]))
                         .blobs.back();

  const auto other_repository = get("/v2/library/sample-list/blobs/" + layer);

  EXPECT_EQ(other_repository.status, 404);
  EXPECT_EQ(rows().back().outcome, "declined");
}

TEST_F(Verification, WithoutAStoreBlobsAreStreamedThroughAndVerified) {
  start_relay([](config::ServeOptions& options) { options.cache_size = 0; });
  ASSERT_EQ(pull("sample/large", "1"), std::vector<std::string>{});
  const auto layer = layer_of_large();
  ecr_.add_fault(
      {.service = Service::S3, .count = 1, .fault = {.altered_byte = std::uint64_t{1000}}});

  const auto bad = get("/v2/sample/large/blobs/" + layer);
  const auto good = get("/v2/sample/large/blobs/" + layer, {{"Range", "bytes=1000-1999"}});

  EXPECT_EQ(bad.ending, Ending::Short);
  EXPECT_EQ(good.status, 206);
  EXPECT_EQ(
      good.body,
      std::string(image("docker.io", "sample/large").blobs.at(layer).view()).substr(1000, 1000));
  for (const auto& row : rows()) {
    EXPECT_EQ(row.reason, row.outcome == "error" ? "corrupt" : "unstored") << row.kind;
  }
}

}  // namespace
}  // namespace ecrelay
