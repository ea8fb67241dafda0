#include "proxy/rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ecrelay::proxy {
namespace {

aws::PullThroughCacheRule described(std::string prefix, std::string url,
                                    std::string upstream_prefix = "ROOT") {
  return {std::move(prefix), std::move(url), std::move(upstream_prefix), "123456789012"};
}

std::string mapped(const RuleSet& rules, std::string_view registry, std::string_view repository) {
  const auto name = rules.map(registry, repository);
  return name ? name->repository : "none";
}

RuleSet discovered(std::vector<Rule> rules) {
  return {{}, std::move(rules)};
}

TEST(RuleOf, ADescribedRuleHasTheNamesThatClientsSay) {
  EXPECT_EQ(rule_of(described("docker-hub", "registry-1.docker.io")),
            (Rule{"docker.io", "", "docker-hub"}));
  EXPECT_EQ(rule_of(described("ROOT", "quay.io")), (Rule{"quay.io", "", ""}));
  EXPECT_EQ(rule_of(described("my-app", "ghcr.io", "team/base")),
            (Rule{"ghcr.io", "team/base", "my-app"}));
}

TEST(RuleOf, AGivenRuleTooMayBeForRoot) {
  EXPECT_EQ(rule_of("Registry-1.docker.io", "docker-hub"), (Rule{"docker.io", "", "docker-hub"}));
  EXPECT_EQ(rule_of("quay.io", "ROOT"), (Rule{"quay.io", "", ""}));
}

TEST(RuleSet, PutsThePrefixInFront) {
  const auto rules = discovered({{"docker.io", "", "docker-hub"}, {"quay.io", "", ""}});

  EXPECT_EQ(mapped(rules, "docker.io", "library/node"), "docker-hub/library/node");
  EXPECT_EQ(mapped(rules, "quay.io", "a/b"), "a/b") << "ROOT to ROOT";
  EXPECT_EQ(mapped(rules, "ghcr.io", "a/b"), "none");
  EXPECT_EQ(rules.map("docker.io", "a/b")->rule.prefix, "docker-hub");
}

TEST(RuleSet, PutsThePrefixInPlaceOfTheUpstreams) {
  const auto rules =
      discovered({{"ghcr.io", "upstream-app", "my-app"}, {"quay.io", "team-a", "team-a"}});

  EXPECT_EQ(mapped(rules, "ghcr.io", "upstream-app/i"), "my-app/i");
  EXPECT_EQ(mapped(rules, "quay.io", "team-a/x/y"), "team-a/x/y");
}

TEST(RuleSet, APrefixEndsAtASlash) {
  const auto rules = discovered({{"quay.io", "team", "t"}});

  EXPECT_EQ(mapped(rules, "quay.io", "team/x"), "t/x");
  EXPECT_EQ(mapped(rules, "quay.io", "team-a/x"), "none");
  EXPECT_EQ(mapped(rules, "quay.io", "teams"), "none");
  EXPECT_EQ(mapped(rules, "quay.io", "team"), "none") << "there is nothing below it";
  EXPECT_EQ(mapped(rules, "quay.io", "a/team/x"), "none");
}

TEST(RuleSet, TheLongestUpstreamPrefixWins) {
  const auto rules = discovered({{"quay.io", "", "all"},
                                 {"quay.io", "team", "long-name-of-it"},
                                 {"quay.io", "team/base", "z"},
                                 {"ghcr.io", "team/base/x", "other"}});

  EXPECT_EQ(mapped(rules, "quay.io", "team/base/x"), "z/x");
  EXPECT_EQ(mapped(rules, "quay.io", "team/base"), "long-name-of-it/base");
  EXPECT_EQ(mapped(rules, "quay.io", "team/x"), "long-name-of-it/x");
  EXPECT_EQ(mapped(rules, "quay.io", "x"), "all/x");
}

TEST(RuleSet, OnATieANamedPrefixGoesBeforeRootThenTheFirstByName) {
  const std::vector<Rule> tie = {{"quay.io", "", ""}, {"quay.io", "", "b"}, {"quay.io", "", "a"}};

  EXPECT_EQ(mapped(discovered(tie), "quay.io", "x"), "a/x");
  EXPECT_EQ(mapped(discovered({tie.rbegin(), tie.rend()}), "quay.io", "x"), "a/x");
  EXPECT_EQ(mapped(discovered({tie[0], tie[1]}), "quay.io", "x"), "b/x");
  EXPECT_EQ(mapped(discovered({tie[0]}), "quay.io", "x"), "x");
}

TEST(RuleSet, AGivenRuleWinsOverAnyThatWasFound) {
  const RuleSet rules({{"quay.io", "", "mine"}},
                      {{"quay.io", "team", "found"}, {"ghcr.io", "", "github"}});

  EXPECT_EQ(mapped(rules, "quay.io", "team/x"), "mine/team/x");
  EXPECT_EQ(mapped(rules, "ghcr.io", "x"), "github/x");
  EXPECT_EQ(rules.size(), 3U);
}

TEST(RuleSet, WithoutRulesMapsNothing) {
  EXPECT_EQ(mapped(RuleSet(), "docker.io", "library/node"), "none");
}

}  // namespace
}  // namespace ecrelay::proxy
