#include "upstream/bearer_auth.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "support/ecr_double/ecr_double.hpp"
#include "unit/aws/manual_clock.hpp"
#include "upstream/distribution_registry.hpp"

namespace ecrelay::upstream {
namespace {

using ecr_double::Service;
using std::chrono::minutes;
using std::chrono::seconds;

class Bearer : public ::testing::Test {
 protected:
  Bearer() {
    ecr_.change([](ecr_double::Settings& settings) {
      settings.upstream_auth = ecr_double::UpstreamAuth::Bearer;
    });
  }

  [[nodiscard]] net::Headers challenge(const std::string& repository = "library/app") const {
    return {{"WWW-Authenticate", "Bearer realm=\"" + ecr_.upstream_url() +
                                     "/token\",service=\"registry.docker.io\",scope=\"repository:" +
                                     repository + ":pull\""}};
  }
  /// The generation that a request is sent with, and the token in `sent_`.
  std::uint64_t authorize(const std::string& repository = "library/app") {
    net::HttpRequest request;
    const auto generation = auth_.authorize(request, repository);
    sent_ = request.headers.get("Authorization").value_or("");
    return generation.ok() ? *generation : 0;
  }
  bool renew(std::uint64_t generation, int status = 401) {
    return auth_.renew(generation, "library/app", status, challenge(), "");
  }
  [[nodiscard]] std::uint64_t tokens() const {
    return ecr_.counters().requests(Service::Upstream, "token");
  }

  ecr_double::EcrDouble ecr_;
  net::HttpClient client_;
  aws::ManualClock clock_{base::Wall::now()};
  base::Url registry_ = *base::Url::parse(ecr_.upstream_url());
  BearerAuth auth_{registry_, client_, clock_};
  std::string sent_;
};

TEST_F(Bearer, AsksNobodyBeforeAChallenge) {
  EXPECT_EQ(authorize(), 0U);

  EXPECT_EQ(sent_, "");
  EXPECT_EQ(tokens(), 0U);
}

TEST_F(Bearer, KeepsATokenForEachRepository) {
  ASSERT_TRUE(renew(0));
  ASSERT_TRUE(auth_.renew(0, "library/other", 401, challenge("library/other"), ""));

  EXPECT_GT(authorize("library/app"), 0U);
  const auto first = sent_;
  EXPECT_GT(authorize("library/other"), 0U);

  EXPECT_EQ(first.substr(0, 7), "Bearer ");
  EXPECT_NE(first, sent_);
  EXPECT_EQ(tokens(), 2U);
  EXPECT_EQ(ecr_.log().back().query,
            "service=registry.docker.io&scope=repository%3Alibrary%2Fother%3Apull");
}

TEST_F(Bearer, GetsAnotherTokenOnceOneHasExpired) {
  ASSERT_TRUE(renew(0));
  clock_.advance(minutes(6));

  EXPECT_EQ(authorize(), 0U) << "an expired one is not sent";
  EXPECT_TRUE(renew(0));

  EXPECT_GT(authorize(), 0U);
  EXPECT_EQ(tokens(), 2U);
}

TEST_F(Bearer, SendsATokenHoweverShortItsLife) {
  ecr_.change([](ecr_double::Settings& settings) { settings.upstream_token_life = seconds(4); });

  ASSERT_TRUE(renew(0));

  EXPECT_GT(authorize(), 0U);
}

TEST_F(Bearer, IsRenewedOnceForManyThatWereRefusedTheSame) {
  std::atomic<int> renewed = 0;
  std::latch begun(20);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      begun.arrive_and_wait();
      renewed += renew(0) ? 1 : 0;
    });
  }
  threads.clear();

  EXPECT_EQ(renewed, 20);
  EXPECT_EQ(tokens(), 1U);
}

TEST_F(Bearer, IsRenewedWhereARefusedTokenIsTheOneInUse) {
  ASSERT_TRUE(renew(0));
  const auto used = authorize();
  const auto before = sent_;

  EXPECT_TRUE(renew(used));

  EXPECT_GT(authorize(), used);
  EXPECT_NE(sent_, before);
}

TEST_F(Bearer, IsNotRenewedForOtherRefusals) {
  ASSERT_TRUE(renew(0));
  const auto used = authorize();

  EXPECT_FALSE(renew(used, 403));
  EXPECT_FALSE(renew(used, 404));
  EXPECT_FALSE(renew(used, 429));

  EXPECT_EQ(tokens(), 1U);
}

TEST_F(Bearer, A400ToATokenAsEcrPublicSaysItRenewsByTheOldChallenge) {
  ASSERT_TRUE(renew(0));
  const auto used = authorize();

  EXPECT_TRUE(auth_.renew(used, "library/app", 400, {}, ""));

  EXPECT_GT(authorize(), used);
  EXPECT_EQ(tokens(), 2U);
  EXPECT_FALSE(auth_.renew(0, "library/other", 400, {}, "")) << "no token was sent";
}

TEST_F(Bearer, WantsABearerChallengeWithARealm) {
  for (const auto* value : {"", "Basic realm=\"https://x/\"", "Bearer service=\"x\"",
                            "Bearer realm=\"not a URL\"", "Bearer realm=\"\""}) {
    EXPECT_FALSE(auth_.renew(0, "library/app", 401, {{"WWW-Authenticate", value}}, "")) << value;
  }
  EXPECT_EQ(authorize(), 0U);
}

TEST_F(Bearer, TakesTheBearerOfSeveralChallenges) {
  auto headers = challenge();
  const auto bearer = headers.joined("WWW-Authenticate");
  headers = {{"WWW-Authenticate", "Basic realm=\"x\""}, {"Www-Authenticate", bearer}};

  EXPECT_TRUE(auth_.renew(0, "library/app", 401, headers, ""));
}

TEST_F(Bearer, AsksARealmWithoutTlsOnlyOnLoopbackForALoopbackRegistry) {
  BearerAuth remote(*base::Url::parse("https://registry.example.com"), client_, clock_);

  EXPECT_FALSE(remote.renew(0, "library/app", 401, challenge(), ""));
  EXPECT_FALSE(auth_.renew(0, "library/app", 401,
                           {{"WWW-Authenticate", "Bearer realm=\"http://auth.example.com/token\""}},
                           ""));

  EXPECT_EQ(tokens(), 0U);
}

TEST_F(Bearer, KeepsTheRealmsOwnQuery) {
  const auto realm = ecr_.upstream_url() + "/token?account=a";

  ASSERT_TRUE(auth_.renew(0, "library/app", 401,
                          {{"WWW-Authenticate", "Bearer realm=\"" + realm + "\""}}, ""));

  EXPECT_EQ(ecr_.log().back().query, "account=a&scope=repository%3Alibrary%2Fapp%3Apull");
}

TEST_F(Bearer, IsRefusedWhereTheRealmGivesNoToken) {
  ecr_.add_fault({.contains = "/token", .count = 1, .fault = {.status = 503}});
  ecr_.add_fault({.contains = "/token", .count = 1, .fault = {.status = 200, .body = "{}"}});
  ecr_.add_fault({.contains = "/token",
                  .count = 1,
                  .fault = {.status = 200, .body = R"({"token":"a\r\nX-Evil: 1"})"}});

  EXPECT_FALSE(renew(0));
  EXPECT_FALSE(renew(0));
  EXPECT_FALSE(renew(0));

  EXPECT_EQ(authorize(), 0U);
  EXPECT_TRUE(renew(0)) << "and asked again the next time";
}

TEST_F(Bearer, LetsARegistryBeReadAnonymously) {
  const auto image = ecr_double::make_image(
      {.layers = {ecr_double::make_layer(ecr_double::LayerForm::Gzip,
                                         {{.path = "etc/motd", .content = "hello"}})}});
  ecr_.upstream().put("docker.io", "library/app", "1", image);
  base::SystemClock clock;
  DistributionRegistry registry({RegistryKind::Plain, "docker.io", registry_},
                                std::make_shared<BearerAuth>(registry_, client_, clock), client_);

  const auto first = registry.manifest({"library/app"}, "1");
  const auto second = registry.manifest({"library/app"}, image.digest);

  ASSERT_TRUE(first.ok()) << first.failure().detail;
  ASSERT_TRUE(second.ok()) << second.failure().detail;
  EXPECT_EQ(first->digest.str(), image.digest);
  EXPECT_EQ(tokens(), 1U);
  EXPECT_EQ(ecr_.counters().requests(Service::Upstream, "manifest"), 3U) << "one refused, two read";
}

}  // namespace
}  // namespace ecrelay::upstream
