#include "app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/cli.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Arguments = std::vector<std::string>;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Outcome run(const Arguments& arguments, const base::Environment::Map& variables = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = run_command_line(
      arguments, {base::Environment::from_map(variables), out, err, Verbosity::Normal});
  return {exit_code, out.str(), err.str()};
}

TEST(CommandLine, OfWrongUsageEndsWithTwoAndSaysWhatToDo) {
  struct Case {
    Arguments arguments;
    const char* begins;
    const char* hint;
  };
  const std::vector<Case> cases = {
      {{}, "ecrelay: command line: ", "(see ecrelay --help)"},
      {{"nonsense"}, "ecrelay: command line: ", "(see ecrelay --help)"},
      {{"serve", "--bogus"}, "ecrelay: serve: ", "(see ecrelay serve --help)"},
      {{"serve", "--cache-size"}, "ecrelay: serve: ", "(see ecrelay serve --help)"},
      {{"job"}, "ecrelay: job: ", "(see ecrelay job --help)"},
      {{"job", "close"}, "ecrelay: job close: ID", "(see ecrelay job close --help)"},
      {{"job", "close", "x", "--status", "open"},
       "ecrelay: job close: --status: ",
       "success, failure, cancelled, unknown"},
      {{"report", "--format", "x"}, "ecrelay: report: --format: ", "table, markdown, json"},
      {{"stats", "--by", "x"}, "ecrelay: stats: --by: ", "registry, outcome, day"},
      {{"stats", "--since", "x"}, "ecrelay: stats: --since: ", "(see ecrelay stats --help)"},
      {{"status", "--format", "csv"}, "ecrelay: status: --format: ", "table, json"},
      {{"resolve"}, "ecrelay: resolve: REF", "(see ecrelay resolve --help)"},
      {{"exec"}, "ecrelay: exec: ", "ecrelay exec -- CMD..."},
      {{"exec", "--"}, "ecrelay: exec: ", "ecrelay exec -- CMD..."},
      {{"exec", "ls", "-l"}, "ecrelay: exec: ", "ecrelay exec -- CMD..."},
      {{"start", "--show-config"}, "ecrelay: start: ", "(see ecrelay start --help)"}};

  for (const auto& [arguments, begins, hint] : cases) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, kWrongUsage) << begins;
    EXPECT_THAT(outcome.err, StartsWith(begins));
    EXPECT_THAT(outcome.err, HasSubstr(hint));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(CommandLine, HelpsWithEachCommandAndItsExamples) {
  for (const auto* name :
       {"serve", "start", "stop", "status", "exec", "report", "stats", "resolve"}) {
    const auto outcome = run({name, "--help"});
    EXPECT_EQ(outcome.exit_code, kDone) << name;
    EXPECT_THAT(outcome.out, HasSubstr(std::string("Usage: ecrelay ") + name));
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  ecrelay " + std::string(name)));
    EXPECT_THAT(outcome.out, HasSubstr("--state-dir DIR"));
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(CommandLine, PrintsItsVersion) {
  EXPECT_THAT(run({"--version"}).out, StartsWith("ecrelay "));
  const auto outcome = run({"version"});

  EXPECT_EQ(outcome.exit_code, kDone);
  for (const auto* library :
       {"cpp-httplib ", "OpenSSL ", "SQLite ", "Boost ", "CLI11 ", "nlohmann-json ", "spdlog "}) {
    EXPECT_THAT(outcome.out, HasSubstr(library));
  }
}

TEST(CommandLine, ShowsWhereOptionsOfServeCameFrom) {
  const auto outcome = run({"serve", "--show-config", "--state-dir", "/a", "--state-dir=/b",
                            "--rule", "docker.io=hub", "--rule", "quay.io=quay", "--allow-remote"},
                           {{"ECRELAY_CACHE_DIR", "/c"}, {"HOME", "/h"}});

  EXPECT_EQ(outcome.exit_code, kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("state-dir = /b   (flag)"));
  EXPECT_THAT(outcome.out, HasSubstr("cache-dir = /c   (environment ECRELAY_CACHE_DIR)"));
  EXPECT_THAT(outcome.out, HasSubstr("rule = docker.io=hub, quay.io=quay   (flag)"));
  EXPECT_THAT(outcome.out, HasSubstr("allow-remote = true   (flag)"));
  EXPECT_THAT(outcome.out, HasSubstr("cache-size = 20GiB   (default)"));
}

TEST(CommandLine, PrintsEveryProblemOfTheOptions) {
  const auto outcome = run({"serve", "--cache-size", "big", "--listen", "nowhere"},
                           {{"ECRELAY_RULES", "x"}, {"HOME", "/h"}});

  EXPECT_EQ(outcome.exit_code, kWrongUsage);
  EXPECT_THAT(outcome.err, HasSubstr("ecrelay: serve: --cache-size (flag): "));
  EXPECT_THAT(outcome.err, HasSubstr("ecrelay: serve: --listen (flag): "));
  EXPECT_THAT(outcome.err, HasSubstr("ecrelay: serve: --rules (environment ECRELAY_RULES): "));
}

TEST(CommandLine, TellsThatAConfigurationFileCannotBeRead) {
  const support::TempFolder folder;

  const auto outcome = run({"report", "--config", (folder.path() / "none.toml").string()});

  EXPECT_EQ(outcome.exit_code, kWrongUsage);
  EXPECT_THAT(outcome.err, HasSubstr("--config"));
}

TEST(CommandLine, FailsWhereNoRelayRunsAndNothingWasRecorded) {
  const support::TempFolder folder;
  const auto state = folder.path().string();

  for (const auto& arguments :
       {Arguments{"status"}, Arguments{"stop"}, Arguments{"report"}, Arguments{"stats"},
        Arguments{"job", "list"}, Arguments{"job", "open"}, Arguments{"job", "close", "x"}}) {
    auto with_folder = arguments;
    with_folder.insert(with_folder.end(), {"--state-dir", state});
    const auto outcome = run(with_folder);
    EXPECT_EQ(outcome.exit_code, kFailed) << arguments.front();
    EXPECT_THAT(outcome.err, StartsWith("ecrelay: " + arguments.front()));
    EXPECT_THAT(outcome.err, HasSubstr(state));
  }
}

TEST(CommandLine, IgnoresProblemsOfOptionsThatAreNotTheCommands) {
  const support::TempFolder folder;

  const auto outcome =
      run({"report", "--state-dir", folder.path().string()}, {{"ECRELAY_CACHE_SIZE", "big"}});

  EXPECT_EQ(outcome.exit_code, kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("nothing has been recorded"));
}

TEST(CommandLine, RefusesWhatIsNoReferenceBeforeItAsksAnybody) {
  const support::TempFolder folder;

  const auto outcome = run({"resolve", "UPPER/case", "--state-dir", folder.path().string()},
                           {{"HOME", folder.path().string()}});

  EXPECT_EQ(outcome.exit_code, kWrongUsage);
  EXPECT_THAT(outcome.err, StartsWith("ecrelay: resolve: "));
}

TEST(CommandLine, ReadsQuiet) {
  EXPECT_EQ(parse_command_line({"stop", "--quiet"}).verbosity, Verbosity::Quiet);
  EXPECT_EQ(parse_command_line({"stop"}).verbosity, Verbosity::Normal);
}

TEST(CommandLine, LeavesWhatStandsBehindDashesToTheCommand) {
  const auto parsed = parse_command_line({"exec", "--quiet", "--", "docker", "--help", "--", "x"});

  EXPECT_TRUE(parsed.run);
  EXPECT_EQ(parsed.verbosity, Verbosity::Quiet);
  EXPECT_EQ(parsed.text, "");
}

}  // namespace
}  // namespace ecrelay::app
