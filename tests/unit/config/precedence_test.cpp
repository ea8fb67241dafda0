#include "config/precedence.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::config {
namespace {

using Values = std::vector<std::string>;

base::Environment environment(base::Environment::Map variables) {
  return base::Environment::from_map(std::move(variables));
}

TEST(Precedence, TakesFlagThenVariableThenFileThenDefault) {
  Sources sources;
  Setting setting;

  setting = resolve(sources).settings.get("cache-size");
  EXPECT_EQ(setting.values, Values{"20GiB"});
  EXPECT_EQ(setting.origin, Origin::Default);
  EXPECT_EQ(setting.place, "default");

  sources.file = ConfigFile{"/etc/ecrelay.toml", "\ncache-size = \"1GiB\"\n"};
  setting = resolve(sources).settings.get("cache-size");
  EXPECT_EQ(setting.values, Values{"1GiB"});
  EXPECT_EQ(setting.origin, Origin::File);
  EXPECT_EQ(setting.place, "/etc/ecrelay.toml:2");

  sources.environment = environment({{"ECRELAY_CACHE_SIZE", "2GiB"}});
  setting = resolve(sources).settings.get("cache-size");
  EXPECT_EQ(setting.values, Values{"2GiB"});
  EXPECT_EQ(setting.origin, Origin::Environment);
  EXPECT_EQ(setting.place, "environment ECRELAY_CACHE_SIZE");

  sources.flags = {{"cache-size", "3GiB"}};
  setting = resolve(sources).settings.get("cache-size");
  EXPECT_EQ(setting.values, Values{"3GiB"});
  EXPECT_EQ(setting.origin, Origin::Flag);
  EXPECT_EQ(setting.place, "flag");
}

TEST(Precedence, SplitsAListVariableAtCommas) {
  const auto resolved =
      resolve({.environment = environment({{"ECRELAY_RULE", "docker.io=hub, quay.io=ROOT,"},
                                           {"ECRELAY_JOB", "name=a,commit=b"}})});

  EXPECT_EQ(resolved.settings.get("rule").values, (Values{"docker.io=hub", "quay.io=ROOT"}));
  EXPECT_EQ(resolved.settings.get("job").values, Values{"name=a,commit=b"});
}

TEST(Precedence, NeverPutsAListTogetherFromTwoOrigins) {
  const auto resolved = resolve({.flags = {{"rule", "a.io=aa"}, {"rule", "b.io=bb"}},
                                 .environment = environment({{"ECRELAY_RULE", "c.io=cc"}})});

  EXPECT_EQ(resolved.settings.get("rule").values, (Values{"a.io=aa", "b.io=bb"}));
}

TEST(Precedence, LetsALaterFlagReplaceAnEarlierOne) {
  const auto resolved = resolve({.flags = {{"region", "eu-west-1"}, {"region", "us-east-1"}}});

  EXPECT_EQ(resolved.settings.get("region").values, Values{"us-east-1"});
}

TEST(Precedence, TakesAnEmptyVariableForUnset) {
  const auto resolved = resolve(
      {.environment = environment({{"ECRELAY_REGION", ""}, {"ECRELAY_JOB", " "}, {"HOME", "/h"}})});

  EXPECT_TRUE(resolved.settings.get("region").values.empty());
  EXPECT_EQ(resolved.settings.get("job").values, Values{"auto"});
  EXPECT_TRUE(resolved.problems.empty());
}

struct FolderCase {
  User user;
  base::Environment::Map variables;
  Values cache_dir;
  Values state_dir;
};

TEST(Precedence, ChoosesDefaultFoldersByUserAndEnvironment) {
  const std::vector<FolderCase> cases = {
      {User::Other,
       {{"HOME", "/home/ci"}},
       {"/home/ci/.cache/ecrelay"},
       {"/home/ci/.local/state/ecrelay"}},
      {User::Other,
       {{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}, {"XDG_STATE_HOME", "/s"}},
       {"/c/ecrelay"},
       {"/s/ecrelay"}},
      {User::Other,
       {{"HOME", "/h"}, {"XDG_CACHE_HOME", "relative"}},
       {"/h/.cache/ecrelay"},
       {"/h/.local/state/ecrelay"}},
      {User::Other, {}, {}, {}},
      {User::Root,
       {{"HOME", "/root"}, {"XDG_CACHE_HOME", "/c"}},
       {"/var/cache/ecrelay"},
       {"/var/lib/ecrelay"}},
  };

  for (const auto& row : cases) {
    const auto settings =
        resolve({.environment = environment(row.variables), .user = row.user}).settings;

    EXPECT_EQ(settings.get("cache-dir").values, row.cache_dir);
    EXPECT_EQ(settings.get("state-dir").values, row.state_dir);
  }
}

TEST(Precedence, NamesFileAndKeyOfWhatItDoesNotKnow) {
  const auto resolved = resolve({.file = ConfigFile{"ci.toml", "a = 1\ncache_size = \"1GiB\"\n"}});

  ASSERT_EQ(resolved.problems.size(), 2U);
  EXPECT_EQ(resolved.problems[1].place, "ci.toml:2");
  EXPECT_NE(resolved.problems[1].str().find("ci.toml:2: key 'cache_size' is not known"),
            std::string::npos)
      << resolved.problems[1].str();
  EXPECT_NE(resolved.problems[1].message.find("cache-size"), std::string::npos);
}

struct BadFileCase {
  std::string text;
  std::string problem;
};

TEST(Precedence, RefusesWhatAFileMayNotSay) {
  const std::vector<BadFileCase> cases = {
      {"region = \"a\"\nrules = \"auto\"\nregion = \"b\"", "f:3: key 'region' is given twice"},
      {"region = [\"a\", \"b\"]", "f:1: key 'region' takes one value; put it in quotation marks"},
      {"config = \"g\"", "f:1: key 'config' cannot be set in a file; give the flag --config"},
      {"show-config = true",
       "f:1: key 'show-config' cannot be set in a file; give the flag "
       "--show-config"},
      {"region = \"a", "f: line 1: a quotation mark is not closed"},
      {"region = \"\"",
       "--region (f:1): the value is empty; leave the option out to have its "
       "default"},
  };

  for (const auto& row : cases) {
    const auto resolved = resolve({.file = ConfigFile{"f", row.text}});

    ASSERT_EQ(resolved.problems.size(), 1U) << row.text;
    EXPECT_EQ(resolved.problems[0].str(), row.problem);
  }
}

TEST(Precedence, RefusesUnknownAndEmptyFlags) {
  const auto resolved = resolve({.flags = {{"colour", "red"}, {"region", ""}}});

  ASSERT_EQ(resolved.problems.size(), 2U);
  EXPECT_EQ(resolved.problems[0].option, "colour");
  EXPECT_EQ(resolved.problems[1].option, "region");
}

TEST(Precedence, FindsTheConfigFileByFlagThenVariable) {
  const auto variables = environment({{"ECRELAY_CONFIG", "/from/variable"}});

  EXPECT_EQ(config_file_path({}, environment({})), std::nullopt);
  EXPECT_EQ(config_file_path({}, variables), "/from/variable");
  EXPECT_EQ(config_file_path({{"config", "/from/flag"}}, variables), "/from/flag");
}

TEST(Precedence, DoesNotTakeShowConfigFromTheEnvironment) {
  const auto resolved = resolve({.environment = environment({{"ECRELAY_SHOW_CONFIG", "true"}})});

  EXPECT_EQ(resolved.settings.get("show-config").values, Values{"false"});
}

TEST(Precedence, DescribesEachSettingWithItsOrigin) {
  const auto text =
      resolve({.flags = {{"listen", "127.0.0.1:0"}, {"listen", "[::1]:0"}},
               .environment = environment({{"ECRELAY_UPSTREAM", "a.io=https://u:secret@b.io"}})})
          .settings.describe();

  EXPECT_NE(text.find("listen = 127.0.0.1:0, [::1]:0   (flag)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("cache-size = 20GiB   (default)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("region =    (default: from the AWS environment)\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("(environment ECRELAY_UPSTREAM)\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("secret"), std::string::npos) << text;
  for (const auto& option : option_table()) {
    EXPECT_NE(("\n" + text).find("\n" + std::string(option.name) + " = "), std::string::npos);
  }
}

}  // namespace
}  // namespace ecrelay::config
