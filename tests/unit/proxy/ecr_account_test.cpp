#include "proxy/ecr_account.hpp"

#include <functional>
#include <future>
#include <string>
#include <thread>

#include "unit/proxy/fake_account.hpp"

namespace ecrelay::proxy {
namespace {

class Account : public ::testing::Test {
 protected:
  void start(EcrAccount::Options options = account_options()) {
    account_.emplace(std::move(options), ecr_.fetch(), ecr_.describe(), "", clock_);
  }
  bool eventually(const std::function<bool()>& good) {
    const auto deadline = soon();
    while (!good() && !deadline.passed()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return good();
  }

  base::SystemClock clock_;
  FakeEcr ecr_{clock_};
  std::optional<EcrAccount> account_;
};

TEST_F(Account, KnowsRegistryAndRulesAfterTheFirstLook) {
  ecr_.describe_also("docker-hub", "registry-1.docker.io");
  start();

  EXPECT_TRUE(account_->wait_first_look(soon()));

  EXPECT_EQ(account_->problem(), "");
  EXPECT_EQ(account_->registry()->host, FakeEcr::kHost);
  EXPECT_EQ(account_->rules().map("docker.io", "library/node")->repository,
            "docker-hub/library/node");
  EXPECT_EQ(ecr_.tokens_asked, 1);
  EXPECT_EQ(ecr_.rules_asked, 1);
}

TEST_F(Account, IsNotReadyBeforeTheFirstLookHasEnded) {
  std::promise<void> open;
  EcrAccount account(
      account_options(), ecr_.fetch(),
      [&] {
        open.get_future().wait();
        return ecr_.rules();
      },
      "", clock_);

  EXPECT_FALSE(account.wait_first_look(base::Deadline::after(std::chrono::milliseconds(20))));
  EXPECT_NE(account.problem(), "");

  open.set_value();
  EXPECT_TRUE(account.wait_first_look(soon()));
  EXPECT_EQ(account.problem(), "");
}

TEST_F(Account, WithoutAnIdentityHasLookedAtOnceAndSaysWhy) {
  auto options = account_options();
  options.given_rules = {{"docker.io", "", "docker-hub"}};
  EcrAccount account(options, nullptr, nullptr, "no credentials found", clock_);

  EXPECT_TRUE(account.wait_first_look(base::Deadline::after(std::chrono::seconds(0))));

  EXPECT_EQ(account.problem(), "no credentials found");
  EXPECT_FALSE(account.registry());
  EXPECT_EQ(account.tokens(), nullptr);
  EXPECT_EQ(account.rules().size(), 1U);
}

TEST_F(Account, RecoversFromATokenThatCannotBeHad) {
  ecr_.token_broken = true;
  start();
  ASSERT_TRUE(account_->wait_first_look(soon()));
  EXPECT_EQ(account_->problem(), "no ecr:GetAuthorizationToken");
  EXPECT_FALSE(account_->registry());

  ecr_.token_broken = false;

  EXPECT_TRUE(eventually([&] { return account_->problem().empty(); }));
  EXPECT_TRUE(account_->registry());
}

TEST_F(Account, RecoversFromRulesThatCannotBeRead) {
  ecr_.rules_broken = true;
  start();
  ASSERT_TRUE(account_->wait_first_look(soon()));
  EXPECT_EQ(account_->problem(), "no ecr:DescribePullThroughCacheRules");
  EXPECT_EQ(account_->rules().size(), 0U);

  ecr_.describe_also("quay", "quay.io");
  ecr_.rules_broken = false;

  EXPECT_TRUE(eventually([&] { return account_->problem().empty(); }));
  EXPECT_EQ(account_->rules().size(), 1U);
}

TEST_F(Account, KeepsTheRulesItKnowsWhereTheyCannotBeReadAgain) {
  ecr_.describe_also("quay", "quay.io");
  auto options = account_options();
  options.rules_every = std::chrono::milliseconds(0);
  start(options);
  ASSERT_TRUE(account_->wait_first_look(soon()));
  ecr_.rules_broken = true;
  const int before = ecr_.rules_asked;

  ASSERT_TRUE(eventually([&] { return ecr_.rules_asked > before; }));

  EXPECT_EQ(account_->problem(), "");
  EXPECT_EQ(account_->rules().size(), 1U);
}

TEST_F(Account, IsReadyAsLongAsTheTokenLivesThoughItsRefreshFails) {
  start();
  ASSERT_TRUE(account_->wait_first_look(soon()));
  ecr_.token_broken = true;

  EXPECT_FALSE(account_->tokens()->renew(1, "a", 401, {}, ""));

  EXPECT_EQ(account_->problem(), "");
}

TEST_F(Account, WithRulesByHandAsksForNone) {
  auto options = account_options();
  options.discover_rules = false;
  start(options);

  EXPECT_TRUE(account_->wait_first_look(soon()));

  EXPECT_EQ(account_->problem(), "");
  EXPECT_EQ(ecr_.rules_asked, 0);
}

TEST_F(Account, ItsOwnRegistryIsThatOfItsAccountAndRegion) {
  start();
  ASSERT_TRUE(account_->wait_first_look(soon()));

  EXPECT_TRUE(account_->is_own_registry(FakeEcr::kHost));
  EXPECT_TRUE(account_->is_own_registry("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com"));
  EXPECT_TRUE(account_->is_own_registry("123456789012.dkr-ecr.us-east-1.on.aws"));
  EXPECT_FALSE(account_->is_own_registry("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
  EXPECT_FALSE(account_->is_own_registry("999999999999.dkr.ecr.us-east-1.amazonaws.com"));
  EXPECT_FALSE(account_->is_own_registry("docker.io"));
  EXPECT_FALSE(account_->is_own_registry(std::string(FakeEcr::kHost) + ".example.com"));
}

TEST_F(Account, ARegistryByHandStandsForTheOwnOne) {
  auto options = account_options();
  options.registry = *base::Url::parse("http://127.0.0.1:5000");
  start(options);
  ASSERT_TRUE(account_->wait_first_look(soon()));

  EXPECT_EQ(account_->registry()->authority(), "127.0.0.1:5000");
  EXPECT_TRUE(account_->is_own_registry("127.0.0.1:5000"));
  EXPECT_TRUE(account_->is_own_registry(FakeEcr::kHost));
  EXPECT_FALSE(account_->is_own_registry("127.0.0.1:5001"));
  EXPECT_FALSE(account_->is_own_registry("999999999999.dkr.ecr.us-east-1.amazonaws.com"))
      << "the token's answer names the account";
}

TEST_F(Account, ARegistryIdTellsTheAccountOfARegistryByHand) {
  auto options = account_options();
  options.registry = *base::Url::parse("http://127.0.0.1:5000");
  options.registry_id = "210987654321";
  start(options);
  ASSERT_TRUE(account_->wait_first_look(soon()));

  EXPECT_TRUE(account_->is_own_registry("210987654321.dkr.ecr.us-east-1.amazonaws.com"));
  EXPECT_FALSE(account_->is_own_registry(FakeEcr::kHost));
}

TEST_F(Account, EndsWithoutWaitingForItsNextLook) {
  start();
  ASSERT_TRUE(account_->wait_first_look(soon()));
  const auto begin = base::Steady::now();

  account_.reset();

  EXPECT_LT(base::Steady::now() - begin, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace ecrelay::proxy
