#include "proxy/reasons.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "upstream/distribution_registry.hpp"

namespace ecrelay::proxy {
namespace {

using stats::Origin;
using stats::Reason;
using upstream::FailureKind;

TEST(Reason, OfAFailureDependsOnThePlace) {
  struct Case {
    FailureKind kind;
    Reason at_ecr;
    Reason upstream;
  };
  const Case cases[] = {
      {FailureKind::NotFound, Reason::NotFound, Reason::NotFound},
      {FailureKind::Denied, Reason::EcrDenied, Reason::UpstreamDenied},
      {FailureKind::NoIdentity, Reason::EcrDenied, Reason::UpstreamDenied},
      {FailureKind::Throttled, Reason::EcrThrottled, Reason::UpstreamThrottled},
      {FailureKind::UpstreamThrottled, Reason::UpstreamThrottled, Reason::UpstreamThrottled},
      {FailureKind::UpstreamDenied, Reason::UpstreamDenied, Reason::UpstreamDenied},
      {FailureKind::Unreachable, Reason::EcrUnreachable, Reason::UpstreamDenied},
      {FailureKind::TimedOut, Reason::EcrUnreachable, Reason::UpstreamDenied},
      {FailureKind::BadAnswer, Reason::EcrUnreachable, Reason::UpstreamDenied},
      {FailureKind::Unsupported, Reason::Unsupported, Reason::Unsupported},
      {FailureKind::Rejected, Reason::EcrUnreachable, Reason::UpstreamDenied},
  };
  for (const auto& [kind, at_ecr, upstream] : cases) {
    EXPECT_EQ(stats::word(reason_of(Origin::Ecr, {kind, 0, ""})), stats::word(at_ecr));
    EXPECT_EQ(stats::word(reason_of(Origin::Upstream, {kind, 0, ""})), stats::word(upstream));
  }
}

class FallbackDetail : public ::testing::Test {
 protected:
  std::string detail(Origin origin, FailureKind kind, const std::string& said) {
    const auto registry = std::make_shared<upstream::DistributionRegistry>(
        upstream::DistributionRegistry::Config{upstream::RegistryKind::Ecr, "the place", {}},
        std::make_shared<upstream::NoAuth>(), client_);
    return fallback_detail({registry, "a", origin}, {kind, 0, said});
  }
  net::HttpClient client_;
};

TEST_F(FallbackDetail, BeginsWithTheReasonAndNamesThePlace) {
  EXPECT_EQ(detail(Origin::Ecr, FailureKind::Denied, "HTTP 403: DENIED"),
            "ecr-denied: the place: HTTP 403: DENIED");
  EXPECT_EQ(detail(Origin::Upstream, FailureKind::NotFound, "HTTP 404"),
            "not-found: the place: HTTP 404");
}

TEST_F(FallbackDetail, NamesTheRightWhoseLackLooksLikeA404) {
  const auto tag = detail(Origin::Ecr, FailureKind::NotFound, "HTTP 404: MANIFEST_UNKNOWN: x");
  const auto repository = detail(Origin::Ecr, FailureKind::NotFound, "HTTP 404: NAME_UNKNOWN: x");

  EXPECT_NE(tag.find("ecr:BatchImportUpstreamImage"), std::string::npos) << tag;
  EXPECT_EQ(tag.find("ecr:CreateRepository"), std::string::npos) << tag;
  EXPECT_NE(repository.find("ecr:CreateRepository"), std::string::npos) << repository;
}

}  // namespace
}  // namespace ecrelay::proxy
