#include "proxy/routes.hpp"

#include <string>
#include <vector>

#include "unit/proxy/fake_account.hpp"

namespace ecrelay::proxy {
namespace {

using stats::Origin;
using stats::Reason;

constexpr const char* kOtherAccount = "999999999999.dkr.ecr.us-east-1.amazonaws.com";

class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest() { ecr_.describe_also("docker-hub", "registry-1.docker.io"); }

  void start(Routes::Options options = {}, EcrAccount::Options account = account_options()) {
    account_.emplace(std::move(account), ecr_.fetch(), ecr_.describe(), "", clock_);
    start_routes(std::move(options));
  }
  void start_without_identity(Routes::Options options = {},
                              EcrAccount::Options account = account_options()) {
    account_.emplace(std::move(account), nullptr, nullptr, "no credentials", clock_);
    start_routes(std::move(options));
  }
  /// The route, as "ecr REPOSITORY, upstream REPOSITORY", or why there is none.
  std::string route(const std::string& registry, const std::string& repository,
                    RouteFor purpose = RouteFor::Manifest) {
    route_ = routes_->route(registry, repository, purpose);
    if (route_.places.empty()) {
      return std::string(stats::word(route_.reason));
    }
    std::string text;
    for (const auto& place : route_.places) {
      text += (text.empty() ? "" : ", ") + std::string(stats::word(place.origin)) + " " +
              place.repository;
    }
    return text;
  }

  base::SystemClock clock_;
  FakeEcr ecr_{clock_};
  net::HttpClient client_;
  base::Metrics metrics_{"test"};
  std::optional<EcrAccount> account_;
  std::optional<Routes> routes_;
  Route route_;

 private:
  void start_routes(Routes::Options options) {
    ASSERT_TRUE(account_->wait_first_look(soon()));
    routes_.emplace(std::move(options), *account_, client_, metrics_, clock_);
  }
};

Routes::Options with(DirectPolicy unmapped, bool direct_on_ecr_failure = true) {
  Routes::Options options;
  options.unmapped = unmapped;
  options.direct_on_ecr_failure = direct_on_ecr_failure;
  return options;
}

TEST_F(RoutesTest, AMappedNameIsAskedOfEcrThenOfItsRegistry) {
  start();

  EXPECT_EQ(route("docker.io", "library/node"),
            "ecr docker-hub/library/node, upstream library/node");

  ASSERT_TRUE(route_.mapped);
  EXPECT_EQ(route_.mapped->rule.prefix, "docker-hub");
  EXPECT_FALSE(route_.private_ecr);
  EXPECT_EQ(route_.places[0].registry->name(), std::string("ECR ") + FakeEcr::kHost);
  EXPECT_EQ(route_.places[1].registry->name(), "docker.io");
}

TEST_F(RoutesTest, PlacesAreMadeOnce) {
  start();

  const auto first = routes_->route("docker.io", "a/b", RouteFor::Manifest);
  const auto second = routes_->route("docker.io", "c/d", RouteFor::Manifest);

  EXPECT_EQ(first.places[0].registry, second.places[0].registry);
  EXPECT_EQ(first.places[1].registry, second.places[1].registry);
}

TEST_F(RoutesTest, WithoutDirectOnFailureEcrAloneIsAskedExceptForOwedBlobs) {
  start(with(DirectPolicy::WellKnown, false));

  EXPECT_EQ(route("docker.io", "a/b"), "ecr docker-hub/a/b");
  EXPECT_EQ(route("docker.io", "a/b", RouteFor::BlobOfServedManifest),
            "ecr docker-hub/a/b, upstream a/b");
}

TEST_F(RoutesTest, AWellKnownRegistryWithoutARuleIsAskedItself) {
  start();

  for (const auto* registry : {"quay.io", "ghcr.io", "public.ecr.aws", "registry.k8s.io", "cgr.dev",
                               "mcr.microsoft.com", "registry.gitlab.com"}) {
    EXPECT_EQ(route(registry, "a/b"), "upstream a/b") << registry;
    EXPECT_FALSE(route_.mapped);
  }
}

TEST_F(RoutesTest, AnyOtherRegistryWithoutARuleIsDeclined) {
  start();

  EXPECT_EQ(route("registry.example.com", "a/b"), "no-rule");
  EXPECT_EQ(route_.detail, "no pull-through cache rule covers registry.example.com");
  EXPECT_EQ(route("registry.example.com", "a/b", RouteFor::BlobOfServedManifest), "no-rule");
  EXPECT_EQ(route("evil.docker.io", "a/b"), "no-rule");
  EXPECT_EQ(route("docker.io.", "a/b"), "no-rule");
}

TEST_F(RoutesTest, TheUnmappedPolicyDecidesForBothSorts) {
  start(with(DirectPolicy::Always));
  EXPECT_EQ(route("registry.example.com", "a/b"), "upstream a/b");
  EXPECT_EQ(route("registry.example.com:5000", "a/b"), "upstream a/b");

  start(with(DirectPolicy::Never));
  EXPECT_EQ(route("quay.io", "a/b"), "policy");
  EXPECT_EQ(route("registry.example.com", "a/b"), "no-rule");
  EXPECT_EQ(route("docker.io", "a/b"), "ecr docker-hub/a/b, upstream a/b")
      << "a rule covers it: on-ecr-failure decides";
}

TEST_F(RoutesTest, AnUpstreamThatWasGivenMayBeAsked) {
  auto options = with(DirectPolicy::WellKnown);
  options.upstreams["registry.example.com"] = *base::Url::parse("http://127.0.0.1:5000");
  start(options);

  EXPECT_EQ(route("registry.example.com", "a/b"), "upstream a/b");
}

TEST_F(RoutesTest, AnUpstreamsAddressIsDialledInPlaceOfItsName) {
  auto options = with(DirectPolicy::WellKnown);
  options.upstreams["quay.io"] = *base::Url::parse("http://127.0.0.1:1");
  start(options);
  ASSERT_EQ(route("quay.io", "a/b"), "upstream a/b");

  const auto reply =
      route_.places[0].registry->manifest({"a/b", std::chrono::milliseconds(100)}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_NE(reply.failure().detail.find("127.0.0.1:1"), std::string::npos)
      << reply.failure().detail;
}

TEST_F(RoutesTest, ARegistrysPortIsDialled) {
  start(with(DirectPolicy::Always));
  ASSERT_EQ(route("127.0.0.1:1", "a/b"), "upstream a/b");

  const auto reply =
      route_.places[0].registry->manifest({"a/b", std::chrono::milliseconds(100)}, "1");

  ASSERT_FALSE(reply.ok());
  EXPECT_NE(reply.failure().detail.find("127.0.0.1:1"), std::string::npos)
      << reply.failure().detail;
  EXPECT_EQ(reply.failure().detail.find('['), std::string::npos) << reply.failure().detail;
}

TEST_F(RoutesTest, TheOwnRegistryIsAskedUnderItsOwnNames) {
  start();

  for (const auto* host : {FakeEcr::kHost, "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
                           "123456789012.dkr-ecr.us-east-1.on.aws"}) {
    EXPECT_EQ(route(host, "team/app"), "ecr team/app") << host;
    EXPECT_TRUE(route_.private_ecr);
    EXPECT_FALSE(route_.mapped);
  }
}

TEST_F(RoutesTest, TheRegistryOfAnotherAccountOrRegionIsDeclined) {
  start(with(DirectPolicy::Always));

  EXPECT_EQ(route(kOtherAccount, "team/app"), "no-rule");
  EXPECT_EQ(route("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "team/app"), "no-rule");
}

TEST_F(RoutesTest, AnotherAccountsRegistryWithARuleIsAskedOfEcrAlone) {
  ecr_.describe_also("partner", kOtherAccount);
  start();

  EXPECT_EQ(route(kOtherAccount, "team/app"), "ecr partner/team/app");
  EXPECT_EQ(route(kOtherAccount, "team/app", RouteFor::BlobOfServedManifest),
            "ecr partner/team/app")
      << "nobody may ask it without a password";
}

TEST_F(RoutesTest, WithoutAnIdentityWellKnownRegistriesAreAskedThemselves) {
  start_without_identity();

  EXPECT_EQ(route("docker.io", "a/b"), "upstream a/b");
  EXPECT_EQ(route("registry.example.com", "a/b"), "no-rule");
  EXPECT_EQ(route_.detail, "no credentials");
}

TEST_F(RoutesTest, WithoutAnIdentityTheOwnRegistryIsDeniedWithTheReason) {
  start_without_identity();

  EXPECT_EQ(route(FakeEcr::kHost, "team/app"), "ecr-denied");
  EXPECT_EQ(route_.detail, "no credentials");
}

TEST_F(RoutesTest, ARuleByHandWithoutAnIdentityGoesDirect) {
  auto account = account_options();
  account.given_rules = {{"registry.example.com", "", "example"}};
  start_without_identity({}, account);

  EXPECT_EQ(route("registry.example.com", "a/b"), "upstream a/b");
  EXPECT_TRUE(route_.mapped);
}

TEST_F(RoutesTest, WithoutAnIdentityAndDirectForbiddenAllIsDeclined) {
  start_without_identity(with(DirectPolicy::WellKnown, false));

  EXPECT_EQ(route("docker.io", "a/b"), "policy");
  EXPECT_EQ(route_.detail, "no credentials");
}

TEST_F(RoutesTest, WithUnknownRulesOtherRegistriesFollowTheUnmappedPolicy) {
  start_without_identity(with(DirectPolicy::Always, false));

  EXPECT_EQ(route("registry.example.com", "a/b"), "upstream a/b");
  EXPECT_EQ(route("docker.io", "a/b"), "policy") << "a rule may cover it";
}

}  // namespace
}  // namespace ecrelay::proxy
