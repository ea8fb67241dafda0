#include "config/value_parsers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::config {
namespace {

using std::chrono::milliseconds;

TEST(ValueParsers, ReadsListenAddresses) {
  EXPECT_EQ(*parse_listen_address("127.0.0.1:5055"), (ListenAddress{"127.0.0.1", 5055}));
  EXPECT_EQ(*parse_listen_address("0.0.0.0:0"), (ListenAddress{"0.0.0.0", 0}));
  EXPECT_EQ(*parse_listen_address("[::1]:65535"), (ListenAddress{"::1", 65535}));
  for (const std::string text :
       {"", "5055", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]",
        "[::1:80", "[]:80", "localhost:80", "1.2.3:80", "[1.2.3.4]:80", "127.0.0.1:80 "}) {
    EXPECT_FALSE(parse_listen_address(text).ok()) << text;
  }
}

TEST(ValueParsers, ReadsFreshness) {
  EXPECT_EQ(*parse_freshness("60s"), (Freshness{FreshnessKind::Duration, milliseconds(60'000)}));
  EXPECT_EQ(*parse_freshness("0"), (Freshness{FreshnessKind::Duration, milliseconds(0)}));
  EXPECT_EQ(*parse_freshness("always"), (Freshness{FreshnessKind::Always, {}}));
  EXPECT_EQ(*parse_freshness("frozen"), (Freshness{FreshnessKind::Frozen, {}}));
  for (const std::string text : {"", "60", "Always", "never", "-1s"}) {
    EXPECT_FALSE(parse_freshness(text).ok()) << text;
  }
}

TEST(ValueParsers, ReadsIdleTimeouts) {
  EXPECT_EQ(*parse_idle_timeout("off"), std::nullopt);
  EXPECT_EQ(*parse_idle_timeout("10m"), milliseconds(600'000));
  for (const std::string text : {"", "0", "0s", "never"}) {
    EXPECT_FALSE(parse_idle_timeout(text).ok()) << text;
  }
}

TEST(ValueParsers, ReadsRules) {
  EXPECT_EQ(*parse_rule("docker.io=docker-hub"), (RuleOption{"docker.io", "docker-hub"}));
  EXPECT_EQ(*parse_rule("Quay.IO=ROOT"), (RuleOption{"quay.io", "ROOT"}));
  EXPECT_EQ(*parse_rule("localhost:5000=a/b.c_d__e--f/"),
            (RuleOption{"localhost:5000", "a/b.c_d__e--f"}));
  EXPECT_EQ(*parse_rule("ghcr.io=012345678901234567890123456789"),
            (RuleOption{"ghcr.io", "012345678901234567890123456789"}));
}

TEST(ValueParsers, RefusesRulesThatEcrWouldNot) {
  for (const std::string text : {"",
                                 "docker.io",
                                 "=hub",
                                 "docker.io=",
                                 "docker-hub=docker.io/",
                                 "docker.io=a",
                                 "docker.io=Root",
                                 "docker.io=Hub",
                                 "docker.io=0123456789012345678901234567890",
                                 "docker.io=/hub",
                                 "docker.io=a//b",
                                 "docker.io=hub//",
                                 "docker.io=-hub",
                                 "docker.io=hub-",
                                 "docker.io=a..b",
                                 "docker.io=a___b",
                                 "docker.io=a._b",
                                 "docker.io=a-_b",
                                 "docker.io=a b",
                                 "https://docker.io=hub",
                                 "docker.io:x=hub",
                                 "dock er.io=hub",
                                 "docker.io=ROOT/"}) {
    EXPECT_FALSE(parse_rule(text).ok()) << text;
  }
}

TEST(ValueParsers, ReadsUpstreams) {
  const auto upstream = parse_upstream("Docker.io=http://127.0.0.1:5000/mirror");

  ASSERT_TRUE(upstream.ok()) << upstream.error().message;
  EXPECT_EQ(upstream->first, "docker.io");
  EXPECT_EQ(upstream->second.str(), "http://127.0.0.1:5000/mirror");
  EXPECT_TRUE(parse_upstream("quay.io=http://mirror.example.com").ok());
  for (const std::string text : {"", "docker.io", "docker.io=", "docker.io=mirror.example.com",
                                 "=https://a.io", "docker=https://a.io", "docker.io=ftp://a.io",
                                 "docker.io=https://a.io?x=y", "docker.io=https://u:p@a.io"}) {
    EXPECT_FALSE(parse_upstream(text).ok()) << text;
  }
}

TEST(ValueParsers, KeepsEcrsPasswordOffPlainHttp) {
  constexpr auto kHost = "012345678901.dkr.ecr.eu-west-1.amazonaws.com";

  EXPECT_FALSE(parse_upstream(std::string(kHost) + "=http://10.0.0.1").ok());
  EXPECT_FALSE(parse_upstream("012345678901.dkr-ecr.eu-west-1.on.aws=http://10.0.0.1").ok());
  EXPECT_TRUE(parse_upstream(std::string(kHost) + "=http://127.0.0.1:4000").ok());
  EXPECT_TRUE(parse_upstream(std::string(kHost) + "=https://10.0.0.1").ok());
}

TEST(ValueParsers, TakesPlainHttpForARegistryOnLoopbackAlone) {
  EXPECT_EQ(parse_registry_url("http://127.0.0.1:4566")->str(), "http://127.0.0.1:4566/");
  EXPECT_EQ(parse_registry_url("http://[::1]:4566")->host, "::1");
  EXPECT_TRUE(parse_registry_url("https://012345678901.dkr.ecr.eu-west-1.amazonaws.com/").ok());
  for (const std::string text :
       {"http://10.0.0.1", "https://a.io/v2/", "https://a.io?q", "a.io", "https://u:p@a.io", ""}) {
    EXPECT_FALSE(parse_registry_url(text).ok()) << text;
  }
}

TEST(ValueParsers, ReadsAccountAndRegion) {
  EXPECT_EQ(*parse_registry_id("012345678901"), "012345678901");
  EXPECT_EQ(*parse_region("us-gov-west-1"), "us-gov-west-1");
  for (const std::string text : {"", "12345678901", "1234567890123", "01234567890a"}) {
    EXPECT_FALSE(parse_registry_id(text).ok()) << text;
  }
  for (const std::string text : {"", "eu.west", "EU-WEST-1", "-a", "a-", "a/b", "a@b"}) {
    EXPECT_FALSE(parse_region(text).ok()) << text;
  }
}

TEST(ValueParsers, ReadsJobs) {
  EXPECT_EQ(parse_job("auto")->kind, JobKind::Auto);
  EXPECT_EQ(parse_job("none")->kind, JobKind::None);
  EXPECT_EQ(*parse_job("id=7, name=build x=y"),
            (JobOption{JobKind::Given, {{"id", "7"}, {"name", "build x=y"}}}));
  for (const std::string text : {"", "build", "id=1,id=2", "colour=red", "id=1,", "=x"}) {
    EXPECT_FALSE(parse_job(text).ok()) << text;
  }
}

TEST(ValueParsers, BoundsMaxConnections) {
  EXPECT_EQ(*parse_max_connections("1"), 1U);
  EXPECT_EQ(*parse_max_connections("65536"), 65536U);
  for (const std::string text : {"", "0", "65537", "-1", "1k", "99999999999999999999"}) {
    EXPECT_FALSE(parse_max_connections(text).ok()) << text;
  }
}

TEST(ValueParsers, ListsTheWordsThatAreAccepted) {
  constexpr std::array<Word<int>, 2> kWords = {{{"direct", 1}, {"decline", 2}}};

  EXPECT_EQ(*parse_word("decline", kWords), 2);
  EXPECT_EQ(parse_word("Direct", kWords).error().message,
            "'Direct' is not accepted; use one of direct, decline");
}

TEST(ValueParsers, NeverShowsASecret) {
  for (const std::string text :
       {"docker.io=https://user:secret@a.io", "docker.io=ftp://user:secret@a.io",
        "user:secret@docker.io", "docker.io=https://user:sec ret@a.io/",
        "docker.io=https://a.io/?X-Amz-Signature=secret"}) {
    const auto upstream = parse_upstream(text);
    const auto registry = parse_registry_url(text);

    ASSERT_FALSE(upstream.ok()) << text;
    EXPECT_EQ(upstream.error().message.find("ret"), std::string::npos) << upstream.error().message;
    ASSERT_FALSE(registry.ok()) << text;
    EXPECT_EQ(registry.error().message.find("ret"), std::string::npos) << registry.error().message;
  }
}

}  // namespace
}  // namespace ecrelay::config
