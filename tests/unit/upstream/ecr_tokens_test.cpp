#include "upstream/ecr_tokens.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "unit/aws/manual_clock.hpp"

namespace ecrelay::upstream {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kLife = hours(12);
constexpr const char* kExpired =
    R"({"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]})";
constexpr const char* kIamDenial =
    R"({"errors":[{"code":"DENIED","message":"User: arn:aws:iam::1:user/x is not authorized to perform: ecr:BatchGetImage"}]})";

class Tokens : public ::testing::Test {
 protected:
  base::Result<aws::AuthorizationToken> fetch() {
    const auto number = ++asked_;
    if (hold_) {
      gate_.wait(false);
    }
    if (broken_) {
      return base::Error{base::ErrorCode::Unavailable, "the API is down"};
    }
    return aws::AuthorizationToken{base::Secret("token-" + std::to_string(number)),
                                   clock_.wall() + life_,
                                   *base::Url::parse("https://registry.example.com")};
  }
  void open_gate() {
    gate_ = true;
    gate_.notify_all();
  }
  /// What the next request is authorized with.
  std::string authorization() {
    net::HttpRequest request;
    const auto generation = tokens_.authorize(request, "team/app");
    return generation.ok() ? request.headers.get("Authorization").value_or("")
                           : generation.error().message;
  }
  std::uint64_t generation() {
    net::HttpRequest request;
    const auto generation = tokens_.authorize(request, "team/app");
    return generation.ok() ? *generation : 0;
  }
  bool renew(std::uint64_t used, int status, std::string_view body) {
    return tokens_.renew(used, "team/app", status, {}, body);
  }
  /// Runs `action` on `count` threads that begin together, with the fetch held until all have.
  template <typename Action>
  void at_once(int count, const Action& action) {
    hold_ = true;
    std::latch begun(count);
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&] {
        begun.arrive_and_wait();
        action();
      });
    }
    begun.wait();
    open_gate();
  }

  aws::ManualClock clock_{base::Wall::time_point(hours(24 * 365 * 50))};
  std::atomic<int> asked_ = 0;
  std::atomic<bool> broken_ = false;
  std::atomic<bool> hold_ = false;
  std::atomic<bool> gate_ = false;
  std::chrono::seconds life_ = kLife;
  EcrTokens tokens_{[this] { return fetch(); }, clock_};
};

TEST_F(Tokens, AreFetchedWhenFirstNeededAndThenKept) {
  EXPECT_EQ(asked_, 0);

  EXPECT_EQ(authorization(), "Basic token-1");
  EXPECT_EQ(authorization(), "Basic token-1");

  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(tokens_.fetches(), 1U);
}

TEST_F(Tokens, AreFetchedOnceForManyThatAskAtOnce) {
  std::atomic<int> good = 0;

  at_once(32, [&] { good += authorization() == "Basic token-1" ? 1 : 0; });

  EXPECT_EQ(good, 32);
  EXPECT_EQ(asked_, 1);
}

TEST_F(Tokens, AFetchThatFailsFailsForAllWhoWaitedForIt) {
  broken_ = true;
  std::atomic<int> failed = 0;

  at_once(8, [&] { failed += authorization() == "the API is down" ? 1 : 0; });

  EXPECT_EQ(failed, 8);
  EXPECT_EQ(tokens_.failures(), static_cast<std::uint64_t>(asked_.load()));
  broken_ = false;
  EXPECT_EQ(authorization().substr(0, 12), "Basic token-") << "the next one asks again";
}

TEST_F(Tokens, AreRenewedOnceForManyThatWereRefusedTheSameOne) {
  const auto used = generation();
  std::atomic<int> renewed = 0;

  at_once(20, [&] { renewed += renew(used, 403, kExpired) ? 1 : 0; });

  EXPECT_EQ(renewed, 20);
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(authorization(), "Basic token-2");
}

TEST_F(Tokens, ALateRefusalOfAnOldTokenCostsNoFetch) {
  const auto used = generation();
  ASSERT_TRUE(renew(used, 401, "Not Authorized\n"));

  EXPECT_TRUE(renew(used, 401, "Not Authorized\n"));

  EXPECT_EQ(asked_, 2);
}

TEST_F(Tokens, AreNotRenewedWhereTheIdentityIsRefused) {
  const auto used = generation();

  EXPECT_FALSE(renew(used, 403, kIamDenial));
  EXPECT_FALSE(renew(used, 404, ""));
  EXPECT_FALSE(renew(used, 429, ""));

  EXPECT_EQ(asked_, 1);
}

TEST_F(Tokens, ARenewalThatFailsSaysSoAndKeepsTheToken) {
  const auto used = generation();
  broken_ = true;

  EXPECT_FALSE(renew(used, 401, ""));

  EXPECT_EQ(authorization(), "Basic token-1");
  EXPECT_EQ(tokens_.failures(), 1U);
}

TEST_F(Tokens, AreRefreshedFromHalfOfTheirLifeOn) {
  ASSERT_TRUE(tokens_.refresh_if_due().ok());
  clock_.advance(kLife * 4 / 10 - minutes(1));
  ASSERT_TRUE(tokens_.refresh_if_due().ok());
  EXPECT_EQ(asked_, 1) << "before the jitter's earliest";

  clock_.advance(kLife / 10 + minutes(1));
  ASSERT_TRUE(tokens_.refresh_if_due().ok());

  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(authorization(), "Basic token-2");
}

TEST_F(Tokens, ARefreshThatFailsLeavesTheOldOneInUse) {
  ASSERT_TRUE(tokens_.refresh_if_due().ok());
  broken_ = true;
  clock_.advance(kLife * 9 / 10);

  EXPECT_FALSE(tokens_.refresh_if_due().ok());

  EXPECT_EQ(authorization(), "Basic token-1");
  clock_.advance(kLife / 10);
  EXPECT_EQ(authorization(), "the API is down") << "an expired one is not sent";
}

TEST_F(Tokens, AnExpiredTokenIsReplacedBeforeItIsSent) {
  ASSERT_EQ(authorization(), "Basic token-1");
  clock_.advance(kLife);

  EXPECT_EQ(authorization(), "Basic token-2");
}

TEST_F(Tokens, ATokenThatIsBornExpiredDoesNoHarm) {
  life_ = -hours(13);  // this machine's clock runs ahead

  EXPECT_EQ(authorization(), "Basic token-1");

  EXPECT_EQ(tokens_.fetches(), 1U);
}

}  // namespace
}  // namespace ecrelay::upstream
