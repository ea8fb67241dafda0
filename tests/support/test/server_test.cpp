#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

TEST(EcrDouble, ServesManyClientsAtOnce) {
  constexpr int kClients = 96;
  const auto image = one_layer_image(200'000);
  EcrDouble ecr(with_image("docker.io", "library/app", image));
  // A latency keeps every connection open until all are there.
  ecr.change([](Settings& s) { s.upstream_latency = std::chrono::milliseconds(100); });
  const auto url = ecr.upstream_url() + "/v2/library/app/blobs/" + first_layer(image);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::future<support::RawAnswer>> clients;

  for (int i = 0; i < kClients; ++i) {
    clients.push_back(
        std::async(std::launch::async, [url] { return support::send_raw({.url = url}); }));
  }

  for (auto& client : clients) {
    EXPECT_TRUE(client.get().body == image.blobs.at(first_layer(image)).view());
  }
  EXPECT_EQ(ecr.counters().connections.at(Service::Upstream), std::uint64_t{kClients});
  // One after another would take 9.6 s.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(EcrDouble, AnswersATlsHelloAtOnce) {
  const EcrDouble ecr;
  const auto start = std::chrono::steady_clock::now();

  // The method stands for the first bytes of a TLS record.
  const auto answer =
      support::send_raw({.method = "\x16\x03\x01", .url = ecr.registry_url() + "/"});

  EXPECT_EQ(answer.status, 400);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(EcrDouble, DoesNotShareAPortWithAnother) {
  const EcrDouble first;
  Options options;
  const auto address = support::authority_of(first.registry_url());
  options.ports[Service::Registry] =
      static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));

  EXPECT_THROW(EcrDouble second(options), std::runtime_error);
}

TEST(EcrDouble, ForgetsImportsAndCountersButNotPrivateImages) {
  auto options = with_image("docker.io", "library/app", one_layer_image(10));
  options.private_images = {{"team/service", "1", one_layer_image(10)}};
  EcrDouble ecr(options);
  ask_registry(ecr, "/v2/docker-hub/library/app/manifests/1");

  ecr.reset();

  EXPECT_EQ(ecr.counters().imports, 0U);
  EXPECT_TRUE(ecr.log().empty());
  EXPECT_EQ(ask_registry(ecr, "/v2/docker-hub/library/app/tags/list").status, 404);
  EXPECT_EQ(ask_registry(ecr, "/v2/team/service/manifests/1").status, 200);
}

TEST(EcrDouble, PointsARelayAtItself) {
  const EcrDouble ecr;

  const auto environment = ecr.environment();

  EXPECT_EQ(environment.at("AWS_ENDPOINT_URL_ECR"), ecr.api_url());
  EXPECT_EQ(environment.at("ECRELAY_UPSTREAM"), "docker.io=" + ecr.upstream_url() +
                                                    ",ghcr.io=" + ecr.upstream_url() +
                                                    ",quay.io=" + ecr.upstream_url());
  EXPECT_EQ(environment.at("AWS_SESSION_TOKEN"), Credentials().session_token);
}

}  // namespace
}  // namespace ecrelay::ecr_double
