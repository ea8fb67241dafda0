// ECR's authorization token: renewed once, however many requests were refused with it.

#include <atomic>
#include <thread>

#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class Tokens : public RelayFixture {
 protected:
  std::uint64_t token_calls() {
    return ecr_.counters().requests(Service::Api, "GetAuthorizationToken");
  }
};

TEST_F(Tokens, OneThatExpiresBetweenManifestAndBlobIsRenewedOnce) {
  start_relay();
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  const auto before = token_calls();
  ecr_.expire_tokens();

  EXPECT_EQ(pull("sample/large", "1"), std::vector<std::string>{});

  EXPECT_EQ(token_calls() - before, 1U);
  EXPECT_EQ(ecr_.counters().requests(Service::Upstream), 0U);
}

TEST_F(Tokens, OneThatExpiresWhileTwentyClientsPullIsRenewedOnce) {
  start_relay();
  ecr_.change([](ecr_double::Settings& settings) {
    settings.download_rate = 2 << 20;
    settings.registry_latency = std::chrono::milliseconds(5);
  });
  const auto before = token_calls();
  std::atomic<int> wrong{0};

  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 20; ++i) {
      clients.emplace_back([&, i] {
        const bool base = i % 2 == 0;
        wrong += static_cast<int>(pull(base ? "library/sample-base" : "sample/large", "1").size());
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(15));
    ecr_.expire_tokens();
  }

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(token_calls() - before, 1U);
}

TEST_F(Tokens, AreRenewedAtHalfOfTheirLifeInTheBackground) {
  ecr_.set_token_life(std::chrono::seconds(4));
  start_relay();
  const auto deadline = base::Deadline::after(std::chrono::seconds(10));

  while (token_calls() < 2 && !deadline.passed()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  EXPECT_GE(token_calls(), 2U);
  EXPECT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
}

TEST_F(Tokens, ADeniedRoleIsNotAskedAgainAndThePullGoesDirect) {
  ecr_.change(
      [](ecr_double::Settings& settings) { settings.denied_actions = {"ecr:BatchGetImage"}; });
  start_relay();
  const auto before = token_calls();

  const auto answer = get("/v2/library/sample-base/manifests/1");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "upstream");
  EXPECT_EQ(token_calls(), before);
  EXPECT_EQ(rows().front().detail.substr(0, 11), "ecr-denied:") << rows().front().detail;
}

}  // namespace
}  // namespace ecrelay
