#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/strings.hpp"
#include "support/ecr_double/ecr_double.hpp"
#include "unit/upstream/collecting_sink.hpp"
#include "upstream/bearer_auth.hpp"
#include "upstream/distribution_registry.hpp"
#include "upstream/ecr_tokens.hpp"

namespace ecrelay::upstream {

/// ECR and a plain registry, of a double, each behind a DistributionRegistry.
/// `docker.io/library/app` is there, with the tag "1" and one layer of kLayer bytes; at ECR as
/// "docker-hub/library/app".
class RegistryFixture : public ::testing::Test {
 protected:
  static constexpr std::size_t kLayer = 300'000;
  static constexpr const char* kAtEcr = "docker-hub/library/app";
  using Ask = UpstreamRegistry::Ask;
  using Service = ecr_double::Service;

  RegistryFixture() { ecr_.upstream().put("docker.io", "library/app", "1", image_); }

  static ecr_double::Image layered_image(std::uint64_t seed) {
    return ecr_double::make_image(
        {.layers = {ecr_double::make_layer(
             ecr_double::LayerForm::Stored,
             {{.path = "data.bin", .content = ecr_double::random_bytes(seed, kLayer)}})}});
  }
  base::Result<aws::AuthorizationToken> fetch_token() {
    return aws::AuthorizationToken{
        base::Secret(base::base64_encode("AWS:" + ecr_.issue_password())),
        clock_.wall() + std::chrono::hours(12), *base::Url::parse(ecr_.registry_url())};
  }
  /// Has ECR import the image, as the pull of its tag does.
  void import() { ASSERT_TRUE(registry_.manifest({kAtEcr}, "1").ok()); }
  [[nodiscard]] base::Digest layer() const {
    return *base::Digest::parse(ecr_double::read_links(image_.manifest()).blobs.front());
  }
  [[nodiscard]] std::string layer_bytes() const {
    return std::string(image_.blobs.at(layer().str()).view());
  }
  [[nodiscard]] std::uint64_t asked(const std::string& kind) const {
    return ecr_.counters().requests(Service::Registry, kind);
  }

  const ecr_double::Image image_ = layered_image(1);
  ecr_double::EcrDouble ecr_;
  base::SystemClock clock_;
  net::HttpClient client_;
  std::shared_ptr<EcrTokens> tokens_ =
      std::make_shared<EcrTokens>([this] { return fetch_token(); }, clock_);
  DistributionRegistry registry_{
      {RegistryKind::Ecr, "ECR test", *base::Url::parse(ecr_.registry_url())}, tokens_, client_};
  DistributionRegistry plain_{
      {RegistryKind::Plain, "docker.io", *base::Url::parse(ecr_.upstream_url())},
      std::make_shared<NoAuth>(),
      client_};
};

}  // namespace ecrelay::upstream
