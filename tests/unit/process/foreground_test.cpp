#include "process/foreground.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "support/temp_folder.hpp"
#include "waiting.hpp"

namespace ecrelay::process {
namespace {

TEST(Foreground, ReturnsTheExitCode) {
  const auto code = run_foreground({"sh", "-c", "exit 42"}, {});

  ASSERT_TRUE(code.ok()) << code.error().message;
  EXPECT_EQ(*code, 42);
}

TEST(Foreground, Returns128PlusTheSignal) {
  const auto code = run_foreground({"sh", "-c", "kill -KILL $$"}, {});

  ASSERT_TRUE(code.ok()) << code.error().message;
  EXPECT_EQ(*code, 128 + SIGKILL);
}

TEST(Foreground, HandsVariablesToTheProgram) {
  const auto code = run_foreground({"sh", "-c", "test \"$ECRELAY_JOB_ID\" = a"},
                                   {.set = {{"ECRELAY_JOB_ID", "a"}}});

  ASSERT_TRUE(code.ok()) << code.error().message;
  EXPECT_EQ(*code, 0);
}

TEST(Foreground, ForwardsEachSignalWhileTheProgramRuns) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const support::TempFolder folder;
    const auto ready = folder.file("ready");
    const std::string script = "trap 'exit 7' INT TERM HUP; : >" + ready.string() +
                               "; for i in $(seq 500); do sleep 0.01; done; exit 9";
    std::thread sender([&] {
      if (becomes_true([&] { return std::filesystem::exists(ready); })) {
        ::kill(::getpid(), number);
      }
    });

    const auto code = run_foreground({"sh", "-c", script}, {});
    sender.join();

    ASSERT_TRUE(code.ok()) << code.error().message;
    EXPECT_EQ(*code, 7) << "signal " << number;
  }
}

TEST(Foreground, PutsTheHandlersBack) {
  struct sigaction before {};
  ::sigaction(SIGTERM, nullptr, &before);

  const auto code = run_foreground({"true"}, {});

  struct sigaction after {};
  ::sigaction(SIGTERM, nullptr, &after);
  ASSERT_TRUE(code.ok()) << code.error().message;
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(Foreground, LeavesSocketsToThisProcess) {
  const support::TempFolder folder;
  const auto list = folder.file("list");
  const int inherited = ::socket(AF_INET, SOCK_STREAM, 0);  // on purpose without SOCK_CLOEXEC
  ASSERT_GE(inherited, 0);

  const auto code = run_foreground({"sh", "-c", "ls -l /proc/self/fd >" + list.string()}, {});
  ::close(inherited);

  ASSERT_TRUE(code.ok()) << code.error().message;
  std::ifstream input(list);
  const std::string text{std::istreambuf_iterator<char>(input), {}};
  EXPECT_NE(text.find(" 2 -> "), std::string::npos) << text;
  EXPECT_EQ(text.find(" " + std::to_string(inherited) + " -> socket:"), std::string::npos) << text;
}

TEST(Foreground, SaysWhatAShellWouldExitWithIfItCannotStart) {
  const auto missing = run_foreground({"ecrelay-no-such-program"}, {});
  const auto not_runnable = run_foreground({"/etc/passwd"}, {});
  const auto afterwards = run_foreground({"true"}, {});

  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(shell_code_of(missing.error()), 127);
  ASSERT_FALSE(not_runnable.ok());
  EXPECT_EQ(shell_code_of(not_runnable.error()), 126);
  EXPECT_TRUE(afterwards.ok());
}

}  // namespace
}  // namespace ecrelay::process
