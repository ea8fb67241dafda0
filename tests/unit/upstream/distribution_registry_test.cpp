#include "upstream/distribution_registry.hpp"

#include <chrono>
#include <stop_token>
#include <string>

#include "unit/upstream/registry_fixture.hpp"

namespace ecrelay::upstream {
namespace {

using ecr_double::Breakage;
using std::chrono::milliseconds;

class RegistryManifest : public RegistryFixture {
 protected:
  void answer_with(const ecr_double::Manifest& other, ecr_double::HeaderList headers = {}) {
    headers.emplace_back("Content-Type", other.media_type);
    ecr_.add_fault({.contains = "/manifests/",
                    .fault = {.status = 200,
                              .body = std::string(other.content.view()),
                              .headers = std::move(headers)}});
  }
};

TEST_F(RegistryManifest, ComesByTagWithItsDigestAndType) {
  const auto reply = registry_.manifest({kAtEcr}, "1");

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(reply->digest.str(), image_.digest);
  EXPECT_EQ(reply->media_type, ecr_double::kOciManifest);
  EXPECT_EQ(base::sha256(reply->bytes).str(), image_.digest);
  EXPECT_EQ(asked("manifest"), 1U);
}

TEST_F(RegistryManifest, ComesByDigest) {
  import();

  const auto reply = registry_.manifest({kAtEcr}, image_.digest);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(reply->digest.str(), image_.digest);
}

TEST_F(RegistryManifest, OfAnotherDigestThanAskedForIsABadAnswer) {
  answer_with(layered_image(2).manifest());

  const auto reply = registry_.manifest({kAtEcr}, image_.digest);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
  EXPECT_NE(reply.failure().detail.find("another digest"), std::string::npos);
  EXPECT_EQ(asked("manifest"), 1U) << "wrong bytes are not asked for again";
}

TEST_F(RegistryManifest, OfAnotherDigestThanTheRegistrySaysIsABadAnswer) {
  answer_with(layered_image(2).manifest(), {{"Docker-Content-Digest", image_.digest}});

  const auto reply = plain_.manifest({"library/app"}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
}

TEST_F(RegistryManifest, WithAnAlteredByteIsABadAnswer) {
  import();
  ecr_.add_fault({.contains = "/manifests/", .fault = {.altered_byte = 40}});

  const auto reply = registry_.manifest({kAtEcr}, image_.digest);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
}

TEST_F(RegistryManifest, LargerThanAnyManifestIsABadAnswer) {
  ecr_.add_fault({.contains = "/manifests/",
                  .fault = {.status = 200, .body = std::string((4U << 20) + 1, ' ')}});

  const auto reply = registry_.manifest({kAtEcr}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
  EXPECT_EQ(reply.failure().detail, "the answer is over 4 MiB");
}

TEST_F(RegistryManifest, ThatIsNowhereIsNotFound) {
  const auto reply = registry_.manifest({kAtEcr}, "2");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::NotFound);
  EXPECT_EQ(reply.failure().status, 404);
  EXPECT_EQ(asked("manifest"), 1U);
}

TEST_F(RegistryManifest, AnExpiredTokenIsRenewedOnce) {
  import();
  ecr_.expire_tokens();

  const auto reply = registry_.manifest({kAtEcr}, "1");

  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(tokens_->fetches(), 2U);
  EXPECT_EQ(asked("manifest"), 3U);
}

TEST_F(RegistryManifest, ATokenThatIsRefusedAgainIsNotRenewedForEver) {
  ecr_.add_fault({.contains = "/manifests/", .fault = {.status = 401}});

  const auto reply = registry_.manifest({kAtEcr}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Denied);
  EXPECT_EQ(tokens_->fetches(), 2U);
  EXPECT_EQ(asked("manifest"), 2U);
}

TEST_F(RegistryManifest, ADenialIsNeitherRenewedNorRetried) {
  ecr_.change(
      [](ecr_double::Settings& settings) { settings.denied_actions = {"ecr:BatchGetImage"}; });

  const auto reply = registry_.manifest({kAtEcr}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Denied);
  EXPECT_NE(reply.failure().detail.find("ecr:BatchGetImage"), std::string::npos);
  EXPECT_EQ(tokens_->fetches(), 1U);
  EXPECT_EQ(asked("manifest"), 1U);
}

TEST_F(RegistryManifest, IsAskedForAThirdTimeWhereEcrThrottles) {
  ecr_.throttle(Service::Registry, 2);

  const auto reply = registry_.manifest({kAtEcr}, "1");

  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(asked("manifest"), 3U);
}

TEST_F(RegistryManifest, IsAskedForAgainWhereTheAnswerBrokeOff) {
  ecr_.add_fault({.contains = "/manifests/",
                  .count = 1,
                  .fault = {.breakage = Breakage::Close, .after_body_bytes = 5}});

  const auto reply = registry_.manifest({kAtEcr}, "1");

  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(asked("manifest"), 2U);
}

TEST_F(RegistryManifest, TimesOutOnceWhereTheRegistryHangs) {
  ecr_.add_fault({.contains = "/manifests/", .fault = {.breakage = Breakage::Hang}});

  const auto reply = registry_.manifest({kAtEcr, milliseconds(50)}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::TimedOut);
  EXPECT_EQ(asked("manifest"), 1U);
}

TEST_F(RegistryManifest, TheBoundHoldsForAllTriesTogether) {
  ecr_.add_fault({.contains = "/manifests/", .fault = {.delay = milliseconds(300), .status = 503}});
  const auto start = base::Steady::now();

  const auto reply = registry_.manifest({kAtEcr, milliseconds(400)}, "1");

  EXPECT_FALSE(reply.ok());
  EXPECT_LT(base::Steady::now() - start, milliseconds(600));
  EXPECT_EQ(asked("manifest"), 1U) << "there is no time left to ask again";
}

TEST_F(RegistryManifest, EndsWhereTheCallerStops) {
  ecr_.add_fault({.contains = "/manifests/", .fault = {.status = 503}});
  std::stop_source stop;
  stop.request_stop();

  const auto reply = registry_.manifest({kAtEcr, milliseconds(15000), stop.get_token()}, "1");

  EXPECT_FALSE(reply.ok());
  EXPECT_LE(asked("manifest"), 1U);
}

TEST_F(RegistryManifest, WithoutAnIdentityIsNotAskedFor) {
  const auto nobody = std::make_shared<EcrTokens>(
      []() -> base::Result<aws::AuthorizationToken> {
        return base::Error{base::ErrorCode::Unauthenticated, "no credentials"};
      },
      clock_);
  DistributionRegistry registry({RegistryKind::Ecr, "ECR", *base::Url::parse(ecr_.registry_url())},
                                nobody, client_);

  const auto reply = registry.manifest({kAtEcr}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::NoIdentity);
  EXPECT_EQ(reply.failure().detail, "no credentials");
  EXPECT_EQ(asked("manifest"), 0U);
}

}  // namespace
}  // namespace ecrelay::upstream
