#include "aws/credential_chain.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/timestamps.hpp"
#include "manual_clock.hpp"

namespace ecrelay::aws {
namespace {

using std::chrono::minutes;

/// What a source does next, and how often it was asked.
struct Script {
  bool configured = true;
  std::optional<base::Error> failure;
  std::optional<std::chrono::seconds> life;
  int fetches = 0;
  std::function<void()> during_fetch = [] {};
};

class ScriptedSource final : public CredentialSource {
 public:
  ScriptedSource(std::string name, Script& script, const base::Clock& clock)
      : name_(std::move(name)), script_(script), clock_(clock) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::string_view looked_for() const override { return "SOME_VARIABLE"; }
  [[nodiscard]] bool configured() const override { return script_.configured; }
  base::Result<Credentials> fetch() override {
    ++script_.fetches;
    script_.during_fetch();
    if (script_.failure) {
      return *script_.failure;
    }
    Credentials credentials{.access_key_id = name_ + std::to_string(script_.fetches),
                            .source = name_};
    if (script_.life) {
      credentials.expiration = clock_.wall() + *script_.life;
    }
    return credentials;
  }

 private:
  const std::string name_;
  Script& script_;
  const base::Clock& clock_;
};

class CredentialProviderTest : public ::testing::Test {
 protected:
  CredentialProvider make_provider() {
    std::vector<std::unique_ptr<CredentialSource>> sources;
    sources.push_back(std::make_unique<ScriptedSource>("first", first, clock));
    sources.push_back(std::make_unique<ScriptedSource>("second", second, clock));
    return CredentialProvider(std::move(sources), clock);
  }

  ManualClock clock{base::parse_iso8601("2026-01-02T03:04:05Z").value()};
  Script first;
  Script second;
};

TEST_F(CredentialProviderTest, TheFirstConfiguredSourceDecides) {
  first.configured = false;
  auto provider = make_provider();

  const auto credentials = provider.get();

  ASSERT_TRUE(credentials.ok());
  EXPECT_EQ(credentials->access_key_id, "second1");
  EXPECT_EQ(first.fetches, 0);
}

TEST_F(CredentialProviderTest, AFailingSourceIsNotPassedOver) {
  first.failure = base::Error{base::ErrorCode::Unavailable, "STS is down"};
  auto provider = make_provider();

  const auto credentials = provider.get();

  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.error().code, base::ErrorCode::Unavailable);
  EXPECT_EQ(credentials.error().message, "AWS credentials from first: STS is down");
  EXPECT_EQ(second.fetches, 0);
}

TEST_F(CredentialProviderTest, ListsWhatItLookedForWhereNothingIsConfigured) {
  first.configured = second.configured = false;
  auto provider = make_provider();

  const auto credentials = provider.get();

  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.error().code, base::ErrorCode::Unauthenticated);
  EXPECT_EQ(credentials.error().message,
            "no AWS credentials; looked for: first (SOME_VARIABLE); second (SOME_VARIABLE)");
}

TEST_F(CredentialProviderTest, KeepsCredentialsUntilTenMinutesBeforeTheirEnd) {
  first.life = minutes(60);
  auto provider = make_provider();

  EXPECT_EQ(provider.get()->access_key_id, "first1");
  clock.advance(minutes(49));
  EXPECT_EQ(provider.get()->access_key_id, "first1");
  clock.advance(minutes(2));
  EXPECT_EQ(provider.get()->access_key_id, "first2");
}

TEST_F(CredentialProviderTest, GoesOnWithTheOldOnesWhileARefreshFails) {
  first.life = minutes(60);
  auto provider = make_provider();
  ASSERT_TRUE(provider.get().ok());
  first.failure = base::Error{base::ErrorCode::Unavailable, "down"};

  clock.advance(minutes(55));
  const auto still_good = provider.get();
  const auto not_asked_again_yet = provider.get();
  const int fetches = first.fetches;
  clock.advance(minutes(6));
  const auto ended = provider.get();

  EXPECT_EQ(still_good->access_key_id, "first1");
  EXPECT_EQ(not_asked_again_yet->access_key_id, "first1");
  EXPECT_EQ(fetches, 2);
  EXPECT_FALSE(ended.ok());
}

TEST_F(CredentialProviderTest, ShortLivedCredentialsAreNotFetchedForEveryCall) {
  first.life = minutes(5);
  auto provider = make_provider();

  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(provider.get().ok());
  }

  EXPECT_EQ(first.fetches, 1);
}

TEST_F(CredentialProviderTest, RefusesCredentialsThatHaveEnded) {
  first.life = -minutes(1);
  auto provider = make_provider();

  const auto credentials = provider.get();

  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.error().code, base::ErrorCode::Unauthenticated);
  EXPECT_NE(credentials.error().message.find("2026-01-02T03:03:05Z"), std::string::npos);
}

TEST_F(CredentialProviderTest, FetchesAnewAfterInvalidate) {
  auto provider = make_provider();

  EXPECT_EQ(provider.get()->access_key_id, "first1");
  provider.invalidate();

  EXPECT_EQ(provider.get()->access_key_id, "first2");
}

TEST_F(CredentialProviderTest, ManyCallersShareOneFetch) {
  std::promise<void> fetch_began;
  std::promise<void> may_end;
  first.during_fetch = [&] {
    fetch_began.set_value();
    may_end.get_future().wait_for(std::chrono::seconds(5));
  };
  auto provider = make_provider();
  const auto ask = [&] { return provider.get().ok(); };

  std::vector<std::future<bool>> callers;
  callers.push_back(std::async(std::launch::async, ask));
  ASSERT_EQ(fetch_began.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
  for (int i = 0; i < 8; ++i) {
    callers.push_back(std::async(std::launch::async, ask));
  }
  may_end.set_value();

  for (auto& caller : callers) {
    EXPECT_TRUE(caller.get());
  }
  EXPECT_EQ(first.fetches, 1);
}

}  // namespace
}  // namespace ecrelay::aws
