#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/digest.hpp"
#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

support::RawAnswer ask(const EcrDouble& ecr, const std::string& path, HeaderList headers = {}) {
  headers.emplace_back("Accept", kAcceptAll);
  return support::send_raw({.url = ecr.upstream_url() + path, .headers = std::move(headers)});
}

Options two_registries() {
  Options options;
  options.images = {{"docker.io", "same/name", "1", one_layer_image(10, 1)},
                    {"quay.io", "same/name", "1", one_layer_image(10, 2)},
                    {"quay.io", "only/quay", "1", one_layer_image(10, 3)}};
  return options;
}

struct PlaceCase {
  std::string path;
  std::uint64_t seed;
};

TEST(Upstream, TellsItsRegistriesApart) {
  const EcrDouble ecr(two_registries());
  const std::vector<PlaceCase> cases = {
      {"/v2/same/name/manifests/1", 1},
      {"/v2/same/name/manifests/1?ns=quay.io", 2},
      {"/v2/same/name/manifests/1?ns=registry-1.docker.io", 1},
      {"/v2/quay.io/same/name/manifests/1", 2},
      {"/v2/quay.io/same/name/manifests/1?ns=quay.io", 2},
      {"/v2/only/quay/manifests/1", 3},
  };
  for (const auto& place : cases) {
    SCOPED_TRACE(place.path);

    const auto answer = ask(ecr, place.path);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Docker-Content-Digest"), one_layer_image(10, place.seed).digest);
    EXPECT_EQ(base::sha256(answer.body).str(), answer.header("Docker-Content-Digest"));
  }
}

TEST(Upstream, ServesBlobsItselfWithRanges) {
  const auto image = one_layer_image(1000);
  EcrDouble ecr(with_image("docker.io", "library/app", image));
  const auto path = "/v2/library/app/blobs/" + first_layer(image);

  const auto whole = ask(ecr, path);
  const auto part = ask(ecr, path, {{"Range", "bytes=5-9"}});

  EXPECT_TRUE(whole.body == image.blobs.at(first_layer(image)).view());
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, whole.body.substr(5, 5));
  EXPECT_EQ(ecr.counters().bytes(Service::Upstream, "blob"), whole.body.size() + 5);
}

TEST(Upstream, RedirectsBlobsWhereAsked) {
  const auto image = one_layer_image(1000);
  EcrDouble ecr(with_image("docker.io", "library/app", image));
  ecr.change([](Settings& s) { s.upstream_blobs = UpstreamBlobs::Redirected; });

  const auto answer = ask(ecr, "/v2/library/app/blobs/" + first_layer(image));

  EXPECT_EQ(answer.status, 307);
  EXPECT_TRUE(answer.header("Location").starts_with(ecr.cdn_url()));
}

TEST(Upstream, SaysWhatItDoesNotKnow) {
  const EcrDouble ecr(two_registries());

  EXPECT_EQ(error_of(ask(ecr, "/v2/no/name/manifests/1")).at("code"), "NAME_UNKNOWN");
  EXPECT_EQ(error_of(ask(ecr, "/v2/same/name/manifests/2")).at("code"), "MANIFEST_UNKNOWN");
  EXPECT_EQ(error_of(ask(ecr, "/v2/same/name/blobs/sha256:0")).at("code"), "BLOB_UNKNOWN");
}

TEST(Upstream, WantsABearerTokenOfTheRightScope) {
  EcrDouble ecr(two_registries());
  ecr.change([](Settings& settings) { settings.upstream_auth = UpstreamAuth::Bearer; });
  const std::string path = "/v2/same/name/manifests/1";
  const auto token_for = [&](const std::string& repository) {
    const auto reply =
        ask(ecr, "/token?service=registry.docker.io&scope=repository%3A" + repository + "%3Apull");
    return "Bearer " + nlohmann::json::parse(reply.body).at("token").get<std::string>();
  };

  const auto bare = ask(ecr, path);
  const auto right = ask(ecr, path, {{"Authorization", token_for("same%2Fname")}});
  const auto wrong = ask(ecr, path, {{"Authorization", token_for("only%2Fquay")}});

  EXPECT_EQ(bare.status, 401);
  EXPECT_EQ(bare.header("Www-Authenticate"),
            "Bearer realm=\"" + ecr.upstream_url() +
                "/token\",service=\"registry.docker.io\",scope=\"repository:same/name:pull\"");
  EXPECT_EQ(right.status, 200);
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(ecr.counters().requests(Service::Upstream, "token"), 2U);
}

TEST(Upstream, ListsTagsByTheSpec) {
  EcrDouble ecr(two_registries());
  ecr.upstream().put("docker.io", "same/name", "2", one_layer_image(10, 1));

  const auto first = ask(ecr, "/v2/same/name/tags/list?n=1");

  EXPECT_EQ(nlohmann::json::parse(first.body).at("tags"), nlohmann::json::array({"1"}));
  EXPECT_EQ(first.header("Link"), "</v2/same/name/tags/list?last=1&n=1>; rel=\"next\"");
}

}  // namespace
}  // namespace ecrelay::ecr_double
