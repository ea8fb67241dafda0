#include "aws/environment_source.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/timestamps.hpp"

namespace ecrelay::aws {
namespace {

EnvironmentSource source_of(base::Environment::Map variables) {
  return EnvironmentSource(base::Environment::from_map(std::move(variables)));
}

TEST(EnvironmentSource, ReadsKeysTokenAndExpiration) {
  auto source = source_of({{"AWS_ACCESS_KEY_ID", "AKID"},
                           {"AWS_SECRET_ACCESS_KEY", "secret"},
                           {"AWS_SESSION_TOKEN", "token"},
                           {"AWS_CREDENTIAL_EXPIRATION", "2026-01-02T03:04:05Z"}});

  const auto credentials = source.fetch();

  ASSERT_TRUE(credentials.ok());
  EXPECT_TRUE(source.configured());
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->secret_access_key.reveal(), "secret");
  EXPECT_EQ(credentials->session_token.reveal(), "token");
  EXPECT_EQ(credentials->expiration, base::parse_iso8601("2026-01-02T03:04:05Z"));
  EXPECT_EQ(credentials->source, "environment");
}

TEST(EnvironmentSource, PrefersTheOldNameOfTheToken) {
  auto source = source_of({{"AWS_ACCESS_KEY_ID", "AKID"},
                           {"AWS_SECRET_ACCESS_KEY", "secret"},
                           {"AWS_SESSION_TOKEN", "new"},
                           {"AWS_SECURITY_TOKEN", "old"}});

  EXPECT_EQ(source.fetch()->session_token.reveal(), "old");
}

TEST(EnvironmentSource, IsNotConfiguredByEmptyVariables) {
  EXPECT_FALSE(source_of({}).configured());
  EXPECT_FALSE(source_of({{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", ""}}).configured());
}

TEST(EnvironmentSource, NamesTheHalfThatIsMissing) {
  auto no_secret = source_of({{"AWS_ACCESS_KEY_ID", "AKID"}});
  auto no_id = source_of({{"AWS_SECRET_ACCESS_KEY", "hush"}});

  EXPECT_TRUE(no_secret.configured());
  EXPECT_NE(no_secret.fetch().error().message.find("AWS_SECRET_ACCESS_KEY is not"),
            std::string::npos);
  EXPECT_NE(no_id.fetch().error().message.find("AWS_ACCESS_KEY_ID is not"), std::string::npos);
  EXPECT_EQ(no_id.fetch().error().message.find("hush"), std::string::npos);
}

TEST(EnvironmentSource, RefusesAnExpirationThatIsNoTime) {
  auto source = source_of({{"AWS_ACCESS_KEY_ID", "AKID"},
                           {"AWS_SECRET_ACCESS_KEY", "secret"},
                           {"AWS_CREDENTIAL_EXPIRATION", "tomorrow"}});

  EXPECT_EQ(source.fetch().error().code, base::ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace ecrelay::aws
