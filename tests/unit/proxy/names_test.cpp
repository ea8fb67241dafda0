#include "proxy/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ecrelay::proxy {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

/// "registry repository reference", or the error's code, or what else a path is.
std::string name_of(std::string_view path) {
  const auto target = read_target(path, {});
  if (target.resource == Resource::Ping) {
    return "ping";
  }
  if (!target.problem.empty()) {
    return std::string(target.problem_code);
  }
  if (target.resource == Resource::Other) {
    return "other";
  }
  return target.registry + " " + target.repository + " " + target.reference;
}

struct Case {
  std::string path;
  std::string expected;
};

void expect_names(std::initializer_list<Case> cases) {
  for (const auto& [path, expected] : cases) {
    EXPECT_EQ(name_of(path), expected) << path;
  }
}

TEST(Names, WithoutARegistryAreDockerHubs) {
  expect_names({
      {"/v2/node/manifests/20", "docker.io library/node 20"},
      {"/v2/library/node/manifests/20", "docker.io library/node 20"},
      {"/v2/grafana/grafana/manifests/1", "docker.io grafana/grafana 1"},
      {"/v2/a/b/c/manifests/1", "docker.io a/b/c 1"},
      {"/v2/library/node/manifests/20/", "docker.io library/node 20"},
      {"/v2/library%2Fnode/manifests/20", "docker.io library/node 20"},
      // One part that looks like a host is a name all the same.
      {"/v2/redis.io/manifests/1", "docker.io library/redis.io 1"},
      {"/v2/localhost/manifests/1", "docker.io library/localhost 1"},
      {"/v2/manifests/manifests/manifests", "docker.io library/manifests manifests"},
      {"/v2/node/manifests/20?ns=", "docker.io library/node 20"},
      {"/v2/node/manifests/20?other=1&x", "docker.io library/node 20"},
  });
}

TEST(Names, TakeTheRegistryFromNs) {
  expect_names({
      {"/v2/library/node/manifests/20?ns=docker.io", "docker.io library/node 20"},
      {"/v2/node/manifests/20?ns=docker.io", "docker.io library/node 20"},
      {"/v2/node/manifests/20?ns=registry-1.docker.io", "docker.io library/node 20"},
      {"/v2/node/manifests/20?ns=index.docker.io", "docker.io library/node 20"},
      {"/v2/node/manifests/20?ns=Docker.IO", "docker.io library/node 20"},
      {"/v2/a/b/manifests/1?ns=quay.io", "quay.io a/b 1"},
      {"/v2/a/manifests/1?ns=quay.io", "quay.io a 1"},
      {"/v2/a/b/manifests/1?x=y&ns=ghcr.io", "ghcr.io a/b 1"},
      {"/v2/a/b/manifests/1?ns=localhost%3A5000", "localhost:5000 a/b 1"},
      {"/v2/a/b/manifests/1?ns=registry.example.com:8443", "registry.example.com:8443 a/b 1"},
      {"/v2/a/manifests/1?ns=%5B::1%5D:5000", "[::1]:5000 a 1"},
      {"/v2/a/manifests/1?ns=123456789012.dkr.ecr.us-east-1.amazonaws.com",
       "123456789012.dkr.ecr.us-east-1.amazonaws.com a 1"},
  });
}

TEST(Names, DropARegistryInThePathThatNsNamesToo) {
  expect_names({
      {"/v2/quay.io/a/b/manifests/1?ns=quay.io", "quay.io a/b 1"},
      {"/v2/Quay.io/a/manifests/1?ns=quay.io", "quay.io a 1"},
      {"/v2/docker.io/library/node/manifests/20?ns=docker.io", "docker.io library/node 20"},
      {"/v2/docker.io/node/manifests/20?ns=docker.io", "docker.io library/node 20"},
      {"/v2/index.docker.io/node/manifests/20?ns=docker.io", "docker.io library/node 20"},
      {"/v2/docker.io/node/manifests/20?ns=registry-1.docker.io", "docker.io library/node 20"},
      {"/v2/localhost%3A5000/a/manifests/1?ns=localhost:5000", "localhost:5000 a 1"},
      {"/v2/localhost/a/manifests/1?ns=localhost", "localhost a 1"},
      {"/v2/registry/a/manifests/1?ns=registry", "registry a 1"},
      // Another host in the path belongs to the name.
      {"/v2/ghcr.io/a/manifests/1?ns=quay.io", "quay.io ghcr.io/a 1"},
      {"/v2/quay.io/manifests/1?ns=quay.io", "quay.io quay.io 1"},
  });
}

TEST(Names, TakeAHostInThePathForTheRegistry) {
  expect_names({
      {"/v2/quay.io/a/b/manifests/1", "quay.io a/b 1"},
      {"/v2/QUAY.io/a/manifests/1", "quay.io a 1"},
      {"/v2/docker.io/library/node/manifests/20", "docker.io library/node 20"},
      {"/v2/docker.io/node/manifests/20", "docker.io library/node 20"},
      {"/v2/index.docker.io/node/manifests/20", "docker.io library/node 20"},
      {"/v2/registry-1.docker.io/library/node/manifests/20", "docker.io library/node 20"},
      {"/v2/localhost/a/manifests/1", "localhost a 1"},
      {"/v2/registry:5000/a/manifests/1", "registry:5000 a 1"},
      {"/v2/registry%3A5000/a/manifests/1", "registry:5000 a 1"},
      {"/v2/quay.io/a/manifests/1?ns=", "quay.io a 1"},
  });
}

TEST(Names, ThatCannotBeAreRefused) {
  const std::string long_part(256, 'a');
  expect_names({
      {"/v2/%zz/manifests/1", "NAME_INVALID"},
      {"/v2/a%2/manifests/1", "NAME_INVALID"},
      {"/v2/a/manifests/1?ns=%zz", "NAME_INVALID"},
      {"/v2/a/manifests/1?ns=quay.io/x", "NAME_INVALID"},
      {"/v2/a/manifests/1?ns=user@quay.io", "NAME_INVALID"},
      {"/v2/a/manifests/1?ns=quay.io:port", "NAME_INVALID"},
      {"/v2/a/manifests/1?ns=..", "NAME_INVALID"},
      {"/v2/a/manifests/1?ns=%00", "NAME_INVALID"},
      {"/v2/../a/manifests/1", "NAME_INVALID"},
      {"/v2/%2e%2e/a/manifests/1", "NAME_INVALID"},
      {"/v2/quay.io/../a/manifests/1", "NAME_INVALID"},
      {"/v2/quay.io/..%2Fa/manifests/1", "NAME_INVALID"},
      {"/v2/a//b/manifests/1", "NAME_INVALID"},
      {"/v2//a/manifests/1", "NAME_INVALID"},
      {"/v2/Library/node/manifests/1", "NAME_INVALID"},
      {"/v2/a/B/manifests/1", "NAME_INVALID"},
      {"/v2/-a/b/manifests/1", "NAME_INVALID"},
      {"/v2/a__ _b/manifests/1", "NAME_INVALID"},
      {"/v2/a%00b/c/manifests/1", "NAME_INVALID"},
      {"/v2/%ff/c/manifests/1", "NAME_INVALID"},
      {"/v2/" + long_part + "/b/manifests/1", "NAME_INVALID"},
      {"/v2/a/manifests/" + std::string(129, 't'), "MANIFEST_INVALID"},
      {"/v2/a/manifests/.1", "MANIFEST_INVALID"},
      {"/v2/a/manifests/a%2Fb", "MANIFEST_INVALID"},
      {"/v2/a/manifests/sha256:abc", "DIGEST_INVALID"},
      {"/v2/a/manifests/sha256:" + std::string(64, 'A'), "DIGEST_INVALID"},
      {"/v2/a/manifests/md5:" + std::string(32, 'a'), "DIGEST_INVALID"},
      {"/v2/a/blobs/latest", "DIGEST_INVALID"},
      {"/v2/a/blobs/uploads/", "DIGEST_INVALID"},
      {"/v2/a/referrers/latest", "DIGEST_INVALID"},
  });
}

TEST(Names, OfOtherPathsAreNone) {
  expect_names({
      {"/v2", "ping"},
      {"/v2/", "ping"},
      {"/v2/?ns=docker.io", "ping"},
      {"/job/a/v2/", "ping"},
      {"/v2/job.ecrelay/a/", "ping"},
      {"/v2/_catalog", "other"},
      {"/v2//", "other"},
      {"/v2/a", "other"},
      {"/v2/manifests/1", "other"},
      {"/v2/a/manifests", "other"},
      {"/v2/a/manifests/", "other"},
      {"/v2/a/tags/lists", "other"},
      {"/v2/a/blobs/uploads/1", "other"},
      {"/v2/a/things/1", "other"},
  });
}

TEST(Names, TellWhatIsAsked) {
  const auto manifest = read_target("/v2/a/b/manifests/" + kDigest, {});
  EXPECT_EQ(manifest.resource, Resource::Manifest);
  EXPECT_EQ(manifest.reference, kDigest);
  EXPECT_EQ(manifest.digest->str(), kDigest);

  const auto long_digest = "sha512:" + std::string(128, 'b');
  const auto blob = read_target("/v2/a/b/blobs/" + long_digest, {});
  EXPECT_EQ(blob.resource, Resource::Blob);
  EXPECT_EQ(blob.digest->str(), long_digest);

  const auto escaped = read_target("/v2/a/b/blobs/sha256%3A" + std::string(64, 'a'), {});
  EXPECT_EQ(escaped.digest->str(), kDigest);

  const auto tag = read_target("/v2/a/b/manifests/sha256-" + std::string(64, 'a') + ".sig", {});
  EXPECT_EQ(tag.problem, "");
  EXPECT_FALSE(tag.digest);
}

TEST(Names, ReadAListsPage) {
  const auto tags = read_target("/v2/quay.io/a/b/tags/list?n=5&last=v1%2B2", {});

  EXPECT_EQ(tags.resource, Resource::Tags);
  EXPECT_EQ(tags.registry, "quay.io");
  EXPECT_EQ(tags.repository, "a/b");
  EXPECT_EQ(tags.reference, "");
  EXPECT_EQ(tags.page_size, 5U);
  EXPECT_EQ(tags.last, "v1+2");
  for (const auto* n : {"", "n=", "n=-1", "n=x", "n=99999999999999999999"}) {
    EXPECT_FALSE(read_target("/v2/a/tags/list?" + std::string(n), {}).page_size) << n;
  }
}

TEST(Names, ReadTheTypeOfReferrers) {
  const auto referrers = read_target(
      "/v2/a/b/referrers/" + kDigest + "?artifactType=application/vnd.example%2Bjson&ns=ghcr.io",
      {});

  EXPECT_EQ(referrers.resource, Resource::Referrers);
  EXPECT_EQ(referrers.registry, "ghcr.io");
  EXPECT_EQ(referrers.digest->str(), kDigest);
  EXPECT_EQ(referrers.artifact_type, "application/vnd.example+json");
}

TEST(Names, TakeTheJobFromHeaderOrPath) {
  struct JobCase {
    std::string path;
    net::Headers headers;
    std::string job;
    std::string name;
  };
  const net::Headers header = {{"x-ecrelay-job", "from-header"}};
  const JobCase cases[] = {
      {"/v2/node/manifests/1", {}, "", "docker.io library/node"},
      {"/v2/node/manifests/1", header, "from-header", "docker.io library/node"},
      {"/job/j-1/v2/node/manifests/1", {}, "j-1", "docker.io library/node"},
      {"/job/j-1/v2/a/b/manifests/1?ns=quay.io", {}, "j-1", "quay.io a/b"},
      {"/v2/job.ecrelay/j-1/library/node/manifests/1", {}, "j-1", "docker.io library/node"},
      {"/v2/job.ecrelay/j-1/a/b/manifests/1?ns=quay.io", {}, "j-1", "quay.io a/b"},
      {"/v2/job.ecrelay/j-1/quay.io/a/b/manifests/1", {}, "j-1", "quay.io a/b"},
      {"/v2/job.ecrelay/j-1/docker.io/node/manifests/1", {}, "j-1", "docker.io library/node"},
      {"/v2/job.ecrelay/j-1/quay.io/a/manifests/1?ns=quay.io", {}, "j-1", "quay.io a"},
      {"/job/outer/v2/job.ecrelay/inner/node/manifests/1", {}, "inner", "docker.io library/node"},
      {"/job/j-1/v2/node/manifests/1", header, "j-1", "docker.io library/node"},
      {"/job/j%201/v2/node/manifests/1", {}, "j 1", "docker.io library/node"},
  };
  for (const auto& [path, headers, job, name] : cases) {
    const auto target = read_target(path, headers);

    EXPECT_EQ(target.job, job) << path;
    EXPECT_EQ(target.registry + " " + target.repository, name) << path;
    EXPECT_EQ(target.problem, "") << path;
  }
}

TEST(Names, AMirrorsPathIsUnderV2) {
  for (const auto* path : {"/v2", "/v2/", "/v2?x", "/v2/a/manifests/1", "/job/a/v2", "/job/a/v2/",
                           "/job/a/v2/x/manifests/1", "/job//v2/"}) {
    EXPECT_TRUE(is_mirror_path(path)) << path;
  }
  for (const auto* path : {"", "/", "/v1/", "/v22", "/job/a", "/job/v2/", "/jobs/a/v2/",
                           "/api/v1/jobs", "/x?/v2/", "/job/a?/v2/"}) {
    EXPECT_FALSE(is_mirror_path(path)) << path;
  }
}

}  // namespace
}  // namespace ecrelay::proxy
