#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "support/ecr_double/sample_images.hpp"
#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::size_t kSmall = 4096;

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK) {
    char buffer[65536];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
  }
  EXPECT_EQ(result, Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

void check_platform(const Image& image, const Manifest& manifest) {
  const auto document = nlohmann::json::parse(manifest.content.view());
  const auto config = image.blobs.at(document.at("config").at("digest"));
  const auto diff_ids = nlohmann::json::parse(config.view()).at("rootfs").at("diff_ids");
  const auto& layers = document.at("layers");
  ASSERT_EQ(layers.size(), diff_ids.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& content = image.blobs.at(layers[i].at("digest"));
    const auto type = layers[i].at("mediaType").get<std::string>();
    const auto tar = type.ends_with("gzip") ? gunzip(content.view()) : std::string(content.view());
    EXPECT_EQ(layers[i].at("size"), content.size());
    EXPECT_EQ(base::sha256(tar).str(), diff_ids[i]);
  }
}

TEST(SampleImages, AreWhatTheirManifestsSay) {
  for (const auto& named : sample_images(kSmall)) {
    SCOPED_TRACE(named.repository);
    for (const auto& [digest, manifest] : named.image.manifests) {
      EXPECT_EQ(base::sha256(manifest.content.view()).str(), digest);
      if (manifest.media_type == kOciManifest || manifest.media_type == kDockerManifest) {
        check_platform(named.image, manifest);
      }
    }
    for (const auto& [digest, content] : named.image.blobs) {
      EXPECT_EQ(base::sha256(content.view()).str(), digest);
    }
  }
}

TEST(SampleImages, AreTheSameEachTime) {
  const auto first = sample_images(kSmall);
  const auto second = sample_images(kSmall);

  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].image.digest, second[i].image.digest);
  }
}

TEST(SampleImages, CoverEveryKindOfManifest) {
  std::vector<std::string> types;
  for (const auto& named : sample_images(kSmall)) {
    types.push_back(named.registry + "/" + named.repository + " " +
                    named.image.manifest().media_type);
  }

  EXPECT_EQ(types,
            (std::vector<std::string>{std::string("docker.io/library/sample-base ") + kOciIndex,
                                      std::string("docker.io/library/sample-app ") + kOciIndex,
                                      std::string("docker.io/library/sample-list ") + kDockerList,
                                      std::string("quay.io/sample/tool ") + kDockerManifest,
                                      std::string("ghcr.io/sample/oci ") + kOciManifest,
                                      std::string("docker.io/sample/large ") + kOciManifest}));
}

TEST(SampleImages, ShareTheLayersOfTheBase) {
  const auto images = sample_images(kSmall);
  const auto& base = images[0].image;
  const auto& app = images[1].image;

  const auto layers = read_links(base.manifests.at(read_links(base.manifest()).manifests[0])).blobs;

  ASSERT_EQ(layers.size(), 3U);  // Two layers and the config.
  EXPECT_TRUE(app.blobs.contains(layers[0]));
  EXPECT_TRUE(app.blobs.contains(layers[1]));
  EXPECT_FALSE(app.blobs.contains(layers[2]));
}

TEST(SampleImages, DoNotCompressInTheLargeOne) {
  const auto images = sample_images(kSmall);

  EXPECT_GE(images[5].image.blob_bytes(), 6 * kSmall);
}

}  // namespace
}  // namespace ecrelay::ecr_double
