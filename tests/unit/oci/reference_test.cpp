#include "oci/reference.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::oci {
namespace {

const std::string kHex(64, 'a');

TEST(ImageReference, ParsesAndNormalises) {
  struct Case {
    std::string text;
    std::string full;
  };
  const std::vector<Case> cases = {
      {"node", "docker.io/library/node:latest"},
      {"node:20", "docker.io/library/node:20"},
      {"grafana/grafana:11.1", "docker.io/grafana/grafana:11.1"},
      {"docker.io/node", "docker.io/library/node:latest"},
      {"index.docker.io/library/node", "docker.io/library/node:latest"},
      {"Registry-1.Docker.IO/a/b:x", "docker.io/a/b:x"},
      {"quay.io/prometheus/node-exporter:v1", "quay.io/prometheus/node-exporter:v1"},
      {"localhost/app", "localhost/app:latest"},
      {"localhost:5000/app:1", "localhost:5000/app:1"},
      {"[::1]:5000/app", "[::1]:5000/app:latest"},
      {"[2001:db8::1]/a/b:c", "[2001:db8::1]/a/b:c"},
      {"ghcr.io/a/b/c/d", "ghcr.io/a/b/c/d:latest"},
      {"node@sha256:" + kHex, "docker.io/library/node@sha256:" + kHex},
      {"node:20@sha256:" + kHex, "docker.io/library/node:20@sha256:" + kHex},
      {"123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:main_1",
       "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:main_1"},
  };

  for (const auto& one : cases) {
    const auto reference = ImageReference::parse(one.text);

    ASSERT_TRUE(reference.ok()) << one.text << ": " << reference.error().message;
    EXPECT_EQ(reference->str(), one.full) << one.text;
    EXPECT_EQ(*ImageReference::parse(one.full), *reference) << one.text;
  }
}

TEST(ImageReference, TellsItsPartsApart) {
  const auto reference = ImageReference::parse("quay.io:8443/a/b:tag@sha256:" + kHex);

  ASSERT_TRUE(reference.ok());
  EXPECT_EQ(reference->registry, "quay.io:8443");
  EXPECT_EQ(reference->repository, "a/b");
  EXPECT_EQ(reference->tag, "tag");
  EXPECT_EQ(reference->digest->hex(), kHex);
}

TEST(ImageReference, RefusesWhatIsNoReference) {
  const std::vector<std::string> cases = {
      "",
      "/",
      "node:",
      ":20",
      "Node",
      "docker.io/Library/node",
      "a//b",
      "a/",
      "quay.io/",
      "node:20:21",
      "node:-x",
      "node@sha256:abc",
      "node@",
      "node@md5:" + kHex,
      "quay.io:0/a",
      "quay.io:70000/a",
      "quay..io/a",
      "-quay.io/a",
      "[::1/a",
      "a b/c",
      "a\nb",
      "https://quay.io/a",
      kHex,
      std::string(256, 'a'),
  };

  for (const auto& text : cases) {
    const auto reference = ImageReference::parse(text);

    ASSERT_FALSE(reference.ok()) << text;
    EXPECT_EQ(reference.error().code, base::ErrorCode::InvalidArgument);
    EXPECT_EQ(reference.error().message.find('\n'), std::string::npos);
  }
}

TEST(ValidRepository, FollowsTheDistributionGrammar) {
  for (const auto* good :
       {"a", "a/b", "a.b", "a_b", "a__b", "a-b", "a---b", "0/1/2", "a.b-c__d/e"}) {
    EXPECT_TRUE(valid_repository(good)) << good;
  }
  for (const auto* bad : {"", "/a", "a/", "a//b", "A", "a..b", "a___b", "a._b", "-a", "a-", ".a",
                          "a.", "_a", "a b", "a:b", "a@b", "a/../b", "a\x01"}) {
    EXPECT_FALSE(valid_repository(bad)) << bad;
  }
  EXPECT_TRUE(valid_repository(std::string(255, 'a')));
  EXPECT_FALSE(valid_repository(std::string(256, 'a')));
}

TEST(ValidTag, FollowsTheDistributionGrammar) {
  EXPECT_TRUE(valid_tag("latest"));
  EXPECT_TRUE(valid_tag("_x.Y-9"));
  EXPECT_TRUE(valid_tag(std::string(128, 'x')));
  EXPECT_FALSE(valid_tag(std::string(129, 'x')));
  for (const auto* bad : {"", ".x", "-x", "a/b", "a:b", "a b", "a\xc3\xa4"}) {
    EXPECT_FALSE(valid_tag(bad)) << bad;
  }
}

}  // namespace
}  // namespace ecrelay::oci
