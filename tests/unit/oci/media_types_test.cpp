#include "oci/media_types.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ecrelay::oci {
namespace {

TEST(MediaTypeOf, DropsParametersAndCase) {
  EXPECT_EQ(media_type_of("Application/JSON; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type_of(" application/vnd.oci.image.index.v1+json "), kOciIndex);
}

TEST(MediaTypeOf, RefusesWhatIsNotFitForAHeader) {
  for (const auto* bad : {"", "text", "/x", "x/", "a/b/c", "a/b\r\nX: y", "a /b", "a/b\x01"}) {
    EXPECT_EQ(media_type_of(bad), "") << bad;
  }
  EXPECT_EQ(media_type_of("a/" + std::string(254, 'b')), "");
}

TEST(MediaTypes, EachIsOfOneKind) {
  EXPECT_TRUE(is_index(kOciIndex) && is_index(kDockerIndex));
  EXPECT_TRUE(is_image_manifest(kOciManifest) && is_image_manifest(kDockerManifest));
  EXPECT_TRUE(is_docker_schema1(kDockerManifestV1) && is_docker_schema1(kDockerManifestV1Signed));
  EXPECT_FALSE(is_index(kOciManifest) || is_image_manifest(kOciIndex));
  EXPECT_FALSE(is_manifest("application/json"));
}

TEST(ManifestAccept, NamesEveryTypeWithSchema1AndAnythingLast) {
  const auto accept = kManifestAccept;

  for (const auto type : {kOciIndex, kDockerIndex, kOciManifest, kDockerManifest}) {
    EXPECT_LT(accept.find(type), accept.find(kDockerManifestV1Signed)) << type;
  }
  EXPECT_LT(accept.find(kDockerManifestV1Signed), accept.find(kDockerManifestV1));
  EXPECT_TRUE(accept.ends_with(", */*"));
}

}  // namespace
}  // namespace ecrelay::oci
