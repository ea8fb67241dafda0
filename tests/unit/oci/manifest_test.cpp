#include "oci/manifest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "oci/media_types.hpp"

namespace ecrelay::oci {
namespace {

std::string digest_of(char c) {
  return "sha256:" + std::string(64, c);
}

std::string descriptor(char c, const std::string& more = "") {
  return R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + digest_of(c) +
         R"(","size":10)" + more + "}";
}

TEST(ParseManifest, ReadsAnImage) {
  const std::string bytes = R"({"schemaVersion":2,"mediaType":")" + std::string(kOciManifest) +
                            R"(","config":)" + descriptor('c') + R"(,"layers":[)" +
                            descriptor('1') + "," + descriptor('2', R"(,"urls":["https://x/y"])") +
                            R"(],"artifactType":"application/x","subject":)" + descriptor('d') +
                            "}";

  const auto manifest = parse_manifest(bytes, "text/plain");

  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_EQ(manifest->media_type, kOciManifest);
  EXPECT_EQ(manifest->kind, ManifestKind::Image);
  EXPECT_EQ(manifest->config->digest.str(), digest_of('c'));
  ASSERT_EQ(manifest->layers.size(), 2U);
  EXPECT_EQ(manifest->layers[0].size, 10U);
  EXPECT_FALSE(manifest->layers[0].foreign);
  EXPECT_TRUE(manifest->layers[1].foreign);
  EXPECT_EQ(manifest->subject->digest.str(), digest_of('d'));
  EXPECT_EQ(manifest->artifact_type, "application/x");
}

TEST(ParseManifest, ReadsAnIndexWithPlatforms) {
  const auto bytes =
      R"({"manifests":[)" +
      descriptor('1', R"(,"platform":{"os":"linux","architecture":"arm","variant":"v7"})") + "," +
      descriptor('2') + "]}";

  const auto manifest = parse_manifest(bytes, std::string(kDockerIndex) + "; charset=utf-8");

  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->media_type, kDockerIndex);
  EXPECT_EQ(manifest->kind, ManifestKind::Index);
  ASSERT_EQ(manifest->children.size(), 2U);
  EXPECT_EQ(manifest->children[0].platform, (Platform{"linux", "arm", "v7"}));
  EXPECT_FALSE(manifest->children[1].platform.has_value());
  EXPECT_TRUE(manifest->layers.empty());
}

TEST(ParseManifest, TakesTheTypeFromBodyThenHeaderThenShape) {
  struct Case {
    std::string body;
    std::string_view given;
    std::string_view type;
  };
  const std::string docker_type = R"("mediaType":")" + std::string(kDockerManifest) + '"';
  const std::vector<Case> cases = {
      {"{" + docker_type + R"(,"layers":[]})", kOciManifest, kDockerManifest},
      {R"({"layers":[]})", kDockerManifest, kDockerManifest},
      {R"({"layers":[]})", "", kOciManifest},
      {R"({"layers":[]})", "application/json; charset=utf-8", kOciManifest},
      {R"({"manifests":[]})", "text/plain", kOciIndex},
      {R"({"fsLayers":[]})", "application/json", kDockerManifestV1},
      {R"({"fsLayers":[],"signatures":[]})", "", kDockerManifestV1Signed},
      {R"({"mediaType":"a/b\r\nX: y","layers":[]})", "", kOciManifest},
      {R"({"mediaType":7,"layers":[]})", kDockerManifest, kDockerManifest},
      {"{}", "application/vnd.example+json", "application/vnd.example+json"},
      {"{}", "", "application/octet-stream"},
  };

  for (const auto& one : cases) {
    const auto manifest = parse_manifest(one.body, one.given);

    ASSERT_TRUE(manifest.ok()) << one.body;
    EXPECT_EQ(manifest->media_type, one.type) << one.body;
  }
}

TEST(ParseManifest, ListsTheBlobsOfSchema1) {
  const auto bytes = R"({"schemaVersion":1,"fsLayers":[{"blobSum":")" + digest_of('1') +
                     R"("},{"blobSum":"nonsense"},7]})";

  const auto manifest = parse_manifest(bytes, kDockerManifestV1Signed);

  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->kind, ManifestKind::Other);
  ASSERT_EQ(manifest->layers.size(), 1U);
  EXPECT_EQ(manifest->layers[0].digest.str(), digest_of('1'));
  EXPECT_FALSE(manifest->layers[0].size.has_value());
}

TEST(ParseManifest, LeavesOutWhatIsNoDescriptorAndDoubtsSizes) {
  const std::vector<std::string> sizes = {"-1",   "1.5", "\"10\"", "null", "9223372036854775808",
                                          "1e300"};

  for (const auto& size : sizes) {
    const auto bytes = R"({"layers":[{"digest":"sha256:short","size":1},5,null,{"digest":")" +
                       digest_of('1') + R"(","size":)" + size + "}]}";
    const auto manifest = parse_manifest(bytes, kOciManifest);

    ASSERT_TRUE(manifest.ok()) << size;
    ASSERT_EQ(manifest->layers.size(), 1U) << size;
    EXPECT_FALSE(manifest->layers[0].size.has_value()) << size;
  }
}

TEST(ParseManifest, SurvivesForeignBytes) {
  const std::vector<std::string> cases = {
      "",
      "not json",
      "[]",
      "null",
      "7",
      "{",
      R"({"layers":[)",
      std::string("{\"a\":\"\xff\"}"),
      std::string(2'000'000, '['),
      R"({"a":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}",
      R"({"manifests":[],"layers":[]})",
      R"({"manifests":[],"config":{}})",
      "{" + std::string(kMaxManifestBytes, ' ') + "}",
  };

  for (const auto& bytes : cases) {
    const auto manifest = parse_manifest(bytes, kOciManifest);

    ASSERT_FALSE(manifest.ok()) << bytes.substr(0, 40);
    EXPECT_EQ(manifest.error().code, base::ErrorCode::Corrupt);
  }
}

TEST(ParseManifest, SurvivesMembersOfTheWrongKind) {
  const auto manifest = parse_manifest(
      R"({"manifests":{"a":1},"subject":[],"artifactType":{},"mediaType":[]})", kOciIndex);

  ASSERT_TRUE(manifest.ok());
  EXPECT_TRUE(manifest->children.empty());
  EXPECT_FALSE(manifest->subject.has_value());
}

}  // namespace
}  // namespace ecrelay::oci
