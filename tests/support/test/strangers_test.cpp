#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "support/temp_folder.hpp"
#include "support/test/exchange.hpp"

// Programs that know AWS and registries from elsewhere: awscli and skopeo. CI has them, so a
// machine without them fails these tests.

namespace ecrelay::ecr_double {
namespace {

struct Run {
  int exit_code = -1;
  std::string output;  ///< standard output and error
};

Run run(const std::string& command) {
  Run result;
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1 < /dev/null").c_str(), "r");
  char buffer[4096];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0) {
    result.output.append(buffer, count);
  }
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

using support::TempFolder;

/// awscli with the double's credentials and nothing of the machine's own. Debian's, where there is
/// one: other installations come first in some PATHs.
std::string aws(const EcrDouble& ecr, const std::string& arguments,
                const std::string& variables = "") {
  std::string command = "env -i HOME=/nonexistent PATH=/usr/bin:/bin";
  for (const auto& [name, value] : ecr.environment()) {
    command += " " + name + "='" + value + "'";
  }
  return command + " " + variables + " aws --endpoint-url " + ecr.api_url() + " " + arguments;
}

std::string skopeo_copy(const std::string& registry, const std::string& image,
                        const std::string& password, const std::string& target) {
  return "skopeo copy --all --quiet --src-tls-verify=false --src-creds 'AWS:" + password +
         "' docker://" + registry + "/" + image + " " + target;
}

std::string without_newline(std::string text) {
  while (text.ends_with('\n')) {
    text.pop_back();
  }
  return text;
}

TEST(AwsCli, LogsInAndSkopeoPullsEverySampleImage) {
  Options options;
  options.images = sample_images(std::size_t{64} << 10);
  const EcrDouble ecr(options);
  const TempFolder folder;
  const auto registry = support::authority_of(ecr.registry_url());
  const auto login = run(aws(ecr, "ecr get-login-password"));
  ASSERT_EQ(login.exit_code, 0) << login.output;

  for (const auto* const image :
       {"docker-hub/library/sample-base:1", "docker-hub/library/sample-app:1",
        "docker-hub/library/sample-list:1", "quay/sample/tool:1", "github/sample/oci:1",
        "docker-hub/sample/large:1"}) {
    SCOPED_TRACE(image);
    const auto copy = run(skopeo_copy(registry, image, without_newline(login.output),
                                      "oci:" + folder.file(base::random_hex(4)).string() + ":x"));
    EXPECT_EQ(copy.exit_code, 0) << copy.output;
  }

  EXPECT_EQ(ecr.counters().imports, 6U);
  EXPECT_GT(ecr.counters().bytes(Service::S3, "download"), std::uint64_t{6} * 64 * 1024);
}

TEST(AwsCli, ReadsEveryPageOfTheRules) {
  EcrDouble ecr;
  ecr.change([](Settings& settings) { settings.rules_page = 1; });

  const auto rules = run(aws(ecr, "ecr describe-pull-through-cache-rules --output text"));

  EXPECT_EQ(rules.exit_code, 0) << rules.output;
  for (const auto* const url : {"registry-1.docker.io", "quay.io", "ghcr.io"}) {
    EXPECT_NE(rules.output.find(url), std::string::npos) << rules.output;
  }
  EXPECT_EQ(ecr.counters().requests(Service::Api, "DescribePullThroughCacheRules"), 3U);
}

TEST(AwsCli, IsRefusedWithAWrongSecret) {
  const EcrDouble ecr;

  const auto login = run(aws(ecr, "ecr get-login-password", "AWS_SECRET_ACCESS_KEY=wrong"));

  EXPECT_NE(login.exit_code, 0);
  EXPECT_NE(login.output.find("InvalidSignatureException"), std::string::npos) << login.output;
}

TEST(AwsCli, LearnsWhoItIs) {
  const EcrDouble ecr;

  const auto identity = run(aws(ecr, "sts get-caller-identity"));

  EXPECT_EQ(identity.exit_code, 0) << identity.output;
  EXPECT_NE(identity.output.find("123456789012"), std::string::npos) << identity.output;
}

TEST(Skopeo, IsRefusedWithAWrongPassword) {
  Options options;
  options.images = sample_images(1024);
  const EcrDouble ecr(options);
  const TempFolder folder;
  const auto registry = support::authority_of(ecr.registry_url());

  const auto copy = run(skopeo_copy(registry, "quay/sample/tool:1", "wrong",
                                    "oci:" + folder.file("layout").string() + ":x"));

  EXPECT_NE(copy.exit_code, 0);
}

/// The program, from its start to SIGTERM.
class Emulator {
 public:
  explicit Emulator(const std::vector<std::string>& arguments) {
    std::vector<char*> argv = {const_cast<char*>(ECRELAY_EMULATOR)};
    for (const auto& argument : arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execv(ECRELAY_EMULATOR, argv.data());
      ::_exit(127);
    }
  }
  ~Emulator() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  /// The exit code, or -1.
  int terminate() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

std::string wait_for_file(const std::filesystem::path& path) {
  const auto deadline = base::Deadline::after(std::chrono::seconds(20));
  while (!std::filesystem::exists(path) && !deadline.passed()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(EmulatorProgram, ServesALayoutThatSkopeoWrote) {
  Options options;
  options.images = sample_images(1024);
  const EcrDouble source(options);
  const TempFolder folder;
  const auto layout = folder.file("layout").string();
  const auto made = run("skopeo copy --all --quiet --src-tls-verify=false docker://" +
                        support::authority_of(source.upstream_url()) +
                        "/library/sample-base:1 oci:" + layout + ":v7");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  Emulator emulator({"--image", "docker.io/library/copy=" + layout, "--settings",
                     R"({"tags_page":5})", "--env-file", folder.file("env").string()});
  ASSERT_NE(wait_for_file(folder.file("env")), "");

  const auto pulled = run(". " + folder.file("env").string() +
                          " && first=${ECRELAY_UPSTREAM%%,*} && skopeo copy --all --quiet "
                          "--src-tls-verify=false docker://${first#docker.io=http://}"
                          "/library/copy:v7 oci:" +
                          folder.file("copy").string() + ":x");

  EXPECT_EQ(pulled.exit_code, 0) << pulled.output;
  EXPECT_EQ(emulator.terminate(), 0);
}

TEST(EmulatorProgram, RefusesWrongUsage) {
  const std::string program = ECRELAY_EMULATOR;
  const std::vector<std::string> wrong = {"--bind 0.0.0.0", "--ports web=1", "--image nonsense",
                                          "--settings '{\"nonsense\":1}'", "--nonsense"};
  for (const auto& arguments : wrong) {
    SCOPED_TRACE(arguments);

    const auto result = run(program + " " + arguments);

    EXPECT_EQ(result.exit_code, 2) << result.output;
  }
}

TEST(EmulatorProgram, ExplainsItself) {
  const auto help = run(std::string(ECRELAY_EMULATOR) + " --help");

  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("--make-sample-images"), std::string::npos);
  EXPECT_NE(help.output.find("Example"), std::string::npos);
}

}  // namespace
}  // namespace ecrelay::ecr_double
