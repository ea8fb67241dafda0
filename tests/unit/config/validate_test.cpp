#include "config/validate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ecrelay::config {
namespace {

Loaded load_flags(Flags flags) {
  return load({.flags = std::move(flags),
               .environment = base::Environment::from_map({{"HOME", "/home/ci"}})});
}

std::string text_of(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) {
    text += problem.str() + "\n";
  }
  return text;
}

TEST(Validate, TakesTheDefaults) {
  const auto loaded = load_flags({});

  ASSERT_EQ(text_of(loaded.problems), "");
  const auto& options = loaded.options;
  EXPECT_EQ(options.listen, (std::vector<ListenAddress>{{"127.0.0.1", 5055}}));
  EXPECT_EQ(options.cache_dir, "/home/ci/.cache/ecrelay");
  EXPECT_EQ(options.cache_size, std::uint64_t{20} << 30);
  EXPECT_EQ(options.state_dir, "/home/ci/.local/state/ecrelay");
  EXPECT_EQ(options.region, std::nullopt);
  EXPECT_EQ(options.rules, RuleDiscovery::Auto);
  EXPECT_EQ(options.unmapped, std::nullopt);
  EXPECT_EQ(options.on_ecr_failure, Fallback::Direct);
  EXPECT_EQ(options.freshness.duration, std::chrono::seconds(60));
  EXPECT_EQ(options.job.kind, JobKind::Auto);
  EXPECT_EQ(options.max_connections, 1024U);
  EXPECT_EQ(options.idle_timeout, std::nullopt);
  EXPECT_FALSE(options.allow_remote);
  EXPECT_EQ(options.client_auth, ClientAuth::Token);
  EXPECT_EQ(options.log.level, base::LogLevel::Info);
  EXPECT_EQ(options.log.format, base::LogFormat::Text);
  EXPECT_EQ(options.log.file, "");
  EXPECT_FALSE(options.show_config);
}

TEST(Validate, GivesTypedValuesOfEveryOption) {
  const auto loaded = load_flags({{"listen", "[::1]:0"},
                                  {"listen", "127.0.0.1:0"},
                                  {"cache-dir", "/c"},
                                  {"cache-size", "0"},
                                  {"state-dir", "/s"},
                                  {"region", "eu-west-1"},
                                  {"registry-id", "012345678901"},
                                  {"registry", "http://127.0.0.1:4566"},
                                  {"rules", "static"},
                                  {"rule", "docker.io=hub"},
                                  {"rule", "quay.io=ROOT"},
                                  {"upstream", "docker.io=https://m.io"},
                                  {"unmapped", "decline"},
                                  {"on-ecr-failure", "decline"},
                                  {"freshness", "frozen"},
                                  {"job", "none"},
                                  {"max-connections", "8"},
                                  {"idle-timeout", "5m"},
                                  {"allow-remote", "true"},
                                  {"client-token-file", "/t"},
                                  {"log-level", "debug"},
                                  {"log-format", "json"},
                                  {"log-file", "/l"},
                                  {"ready-file", "/r"},
                                  {"show-config", "true"}});

  ASSERT_EQ(text_of(loaded.problems), "");
  const auto& options = loaded.options;
  EXPECT_EQ(options.listen, (std::vector<ListenAddress>{{"::1", 0}, {"127.0.0.1", 0}}));
  EXPECT_EQ(options.cache_dir, "/c");
  EXPECT_EQ(options.cache_size, 0U);
  EXPECT_EQ(options.state_dir, "/s");
  EXPECT_EQ(options.region, "eu-west-1");
  EXPECT_EQ(options.registry_id, "012345678901");
  EXPECT_EQ(options.registry->port, 4566);
  EXPECT_EQ(options.rules, RuleDiscovery::Static);
  EXPECT_EQ(options.rule, (std::vector<RuleOption>{{"docker.io", "hub"}, {"quay.io", "ROOT"}}));
  EXPECT_EQ(options.upstream.at("docker.io").host, "m.io");
  EXPECT_EQ(options.unmapped, Fallback::Decline);
  EXPECT_EQ(options.on_ecr_failure, Fallback::Decline);
  EXPECT_EQ(options.freshness.kind, FreshnessKind::Frozen);
  EXPECT_EQ(options.job.kind, JobKind::None);
  EXPECT_EQ(options.max_connections, 8U);
  EXPECT_EQ(options.idle_timeout, std::chrono::minutes(5));
  EXPECT_TRUE(options.allow_remote);
  EXPECT_EQ(options.client_token_file, "/t");
  EXPECT_EQ(options.log.level, base::LogLevel::Debug);
  EXPECT_EQ(options.log.format, base::LogFormat::Json);
  EXPECT_EQ(options.log.file, "/l");
  EXPECT_EQ(options.ready_file, "/r");
  EXPECT_TRUE(options.show_config);
}

TEST(Validate, FindsEveryProblemNotOnlyTheFirst) {
  const auto loaded = load(
      {.flags = {{"listen", "localhost"}, {"rule", "x"}, {"rule", "y"}},
       .environment = base::Environment::from_map({{"ECRELAY_CACHE_SIZE", "20XB"}, {"HOME", "/h"}}),
       .file = ConfigFile{"ci.toml", "log-level = \"loud\"\n"}});

  const auto text = text_of(loaded.problems);
  EXPECT_EQ(loaded.problems.size(), 5U) << text;
  EXPECT_NE(text.find("--listen (flag): 'localhost'"), std::string::npos) << text;
  EXPECT_NE(text.find("--rule (flag): 'x'"), std::string::npos) << text;
  EXPECT_NE(text.find("--rule (flag): 'y'"), std::string::npos) << text;
  EXPECT_NE(text.find("--cache-size (environment ECRELAY_CACHE_SIZE): '20XB' is not a size"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("--log-level (ci.toml:1): 'loud' is not accepted; use one of trace, debug, "
                      "info, warn, error"),
            std::string::npos)
      << text;
}

struct RemoteCase {
  Flags flags;
  bool accepted;
};

TEST(Validate, ServesOtherMachinesOnlyWithBothConsents) {
  const std::vector<RemoteCase> cases = {
      {{{"listen", "0.0.0.0:5055"}}, false},
      {{{"listen", "0.0.0.0:5055"}, {"allow-remote", "true"}}, false},
      {{{"listen", "0.0.0.0:5055"}, {"client-auth", "none"}}, false},
      {{{"listen", "[::]:5055"}, {"allow-remote", "true"}, {"client-auth", "none"}}, true},
      {{{"listen", "10.0.0.1:0"}, {"allow-remote", "true"}, {"client-token-file", "/t"}}, true},
      {{{"listen", "127.0.0.1:0"}, {"listen", "10.0.0.1:0"}}, false},
      {{{"listen", "127.8.0.1:0"}, {"listen", "[::1]:0"}}, true},
  };

  for (const auto& row : cases) {
    const auto problems = load_flags(row.flags).problems;

    EXPECT_EQ(problems.empty(), row.accepted) << row.flags.find("listen")->second << "\n"
                                              << text_of(problems);
    EXPECT_TRUE(std::all_of(problems.begin(), problems.end(),
                            [](const Problem& problem) { return problem.option == "listen"; }));
  }
}

TEST(Validate, RefusesATokenFileThatWouldNotBeUsed) {
  const auto loaded = load_flags({{"client-auth", "none"}, {"client-token-file", "/t"}});

  EXPECT_EQ(text_of(loaded.problems),
            "--client-auth (flag): 'none' contradicts --client-token-file (flag); leave one of the "
            "two out\n");
}

TEST(Validate, RefusesTheSameThingTwice) {
  const auto loaded = load_flags({{"listen", "127.0.0.1:5"},
                                  {"listen", "127.0.0.1:5"},
                                  {"upstream", "a.io=https://b.io"},
                                  {"upstream", "a.io=https://c.io"}});

  EXPECT_EQ(text_of(loaded.problems),
            "--upstream (flag): 'a.io' has two URLs; give one for each host\n"
            "--listen (flag): '127.0.0.1:5' is given twice; give it once\n");
}

TEST(Validate, AsksForFoldersWhereThereIsNoHome) {
  const auto loaded = load({});

  EXPECT_EQ(text_of(loaded.problems),
            "--cache-dir (default): has no default, since HOME is not set; give --cache-dir DIR\n"
            "--state-dir (default): has no default, since HOME is not set; give --state-dir DIR\n");
}

TEST(Validate, RefusesAnEmptyListOfAddresses) {
  const auto loaded = load({.file = ConfigFile{"f", "listen = []"}, .user = User::Root});

  EXPECT_EQ(text_of(loaded.problems),
            "--listen (f:1): the list is empty; give one address at least\n");
}

}  // namespace
}  // namespace ecrelay::config
