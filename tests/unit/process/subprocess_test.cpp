#include "process/subprocess.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.hpp"
#include "support/temp_folder.hpp"
#include "waiting.hpp"

namespace ecrelay::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

SubprocessOptions shell(const std::string& script) {
  return {.argv = {"sh", "-c", script}, .deadline = base::Deadline::after(seconds(20))};
}

TEST(Subprocess, GivesExitCodeAndBothOutputs) {
  const auto end = run(shell("echo out; echo err >&2; exit 3"));

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->end, (ChildEnd{EndKind::Exited, 3}));
  EXPECT_EQ(end->out.text, "out\n");
  EXPECT_EQ(end->err.text, "err\n");
  EXPECT_FALSE(end->timed_out);
}

TEST(Subprocess, GivesTheSignalThatEndedIt) {
  const auto end = run(shell("kill -SEGV $$"));

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->end, (ChildEnd{EndKind::Signaled, SIGSEGV}));
  EXPECT_EQ(end->end.shell_code(), 128 + SIGSEGV);
}

TEST(Subprocess, DoesNotHangOnAMebibyteOfStandardError) {
  const auto end = run(shell("head -c 1048576 /dev/zero >&2; echo done"));

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_FALSE(end->timed_out);
  EXPECT_EQ(end->err.total, 1048576U);
  EXPECT_TRUE(end->err.whole());
  EXPECT_EQ(end->out.text, "done\n");
}

TEST(Subprocess, KeepsTheLastBytesOfALongOutput) {
  auto options = shell("seq 1 100000");
  options.max_output = 13;

  const auto end = run(options);

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->out.text, "99999\n100000\n");
  EXPECT_EQ(end->out.total, 588895U);
  EXPECT_FALSE(end->out.whole());
}

TEST(Subprocess, FeedsALongInputWhileItReadsTheOutput) {
  auto options = shell("cat");
  options.input = std::string(1'000'000, 'x') + "\n";

  const auto end = run(options);

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->out.text, options.input);
}

TEST(Subprocess, SurvivesAProgramThatDoesNotReadItsInput) {
  auto options = shell("exec 0<&-; exit 4");
  options.input = std::string(1'000'000, 'x');

  const auto end = run(options);

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->end, (ChildEnd{EndKind::Exited, 4}));
}

TEST(Subprocess, EndsFourDeadlinesFromFourThreadsOnTime) {
  const milliseconds limit{300};
  struct Outcome {
    bool timed_out = false;
    base::Steady::duration took{};
  };
  std::array<Outcome, 4> outcomes;
  std::vector<std::thread> threads;

  for (auto& outcome : outcomes) {
    threads.emplace_back([&outcome, limit] {
      const auto start = base::Steady::now();
      const auto end = run({.argv = {"sleep", "30"}, .deadline = base::Deadline::after(limit)});
      outcome = {end.ok() && end->timed_out, base::Steady::now() - start};
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  for (const auto& outcome : outcomes) {
    EXPECT_TRUE(outcome.timed_out);
    EXPECT_GE(outcome.took, limit);
    EXPECT_LT(outcome.took, limit + seconds(2));
  }
}

TEST(Subprocess, KillsTheWholeTreeThatIgnoresSigterm) {
  const support::TempFolder folder;
  const auto pid_file = folder.file("pid");
  auto options = shell("trap '' TERM; sleep 60 & echo $! >" + pid_file.string() + "; wait; wait");
  options.deadline = base::Deadline::after(milliseconds(300));
  options.grace = milliseconds(100);

  const auto end = run(options);

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_TRUE(end->timed_out);
  EXPECT_EQ(end->end, (ChildEnd{EndKind::Signaled, SIGKILL}));
  pid_t grandchild = 0;
  std::ifstream(pid_file) >> grandchild;
  ASSERT_GT(grandchild, 0);
  // Dead, though perhaps not reaped yet by whoever adopted it.
  EXPECT_TRUE(becomes_true([&] {
    std::string pid;
    std::string name;
    std::string state;
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    return !(stat >> pid >> name >> state) || state == "Z" || state == "X";
  }));
}

TEST(Subprocess, DoesNotWaitForAGrandchildThatHoldsTheOutput) {
  auto options = shell("sleep 30 & echo done");
  const auto start = base::Steady::now();

  const auto end = run(options);

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->out.text, "done\n");
  EXPECT_LT(base::Steady::now() - start, seconds(10));
}

TEST(Subprocess, InheritsNoDescriptorButTheThreeStreams) {
  const int inherited = ::socket(AF_INET, SOCK_STREAM, 0);  // on purpose without SOCK_CLOEXEC
  ASSERT_GE(inherited, 0);

  const auto end = run({.argv = {"ls", "-l", "/proc/self/fd"}});
  ::close(inherited);

  ASSERT_TRUE(end.ok()) << end.error().message;
  ASSERT_EQ(end->end.number, 0) << end->err.text;
  EXPECT_EQ(end->out.text.find("socket:"), std::string::npos) << end->out.text;
  const auto lines = base::split(base::trim(end->out.text), '\n');
  EXPECT_EQ(lines.size(), 5U) << end->out.text;  // "total", 0, 1, 2 and ls's own
}

TEST(Subprocess, StartsWithDefaultSigpipeAndNothingBlocked) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  struct sigaction ignore {};
  struct sigaction pipe_before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &pipe_before);

  const auto end = run({.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}});
  ::sigaction(SIGPIPE, &pipe_before, nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_NE(end->out.text.find("SigBlk:\t0000000000000000"), std::string::npos) << end->out.text;
  const auto ignored = end->out.text.substr(end->out.text.find("SigIgn:") + 8, 16);
  EXPECT_EQ(std::stoull(ignored, nullptr, 16) & (1ULL << (SIGPIPE - 1)), 0U);
}

TEST(Subprocess, SeesTheGivenEnvironmentAlone) {
  const auto end = run(
      {.argv = {"env"}, .environment = {.start = EnvironmentStart::Empty, .set = {{"A", "b c"}}}});

  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_EQ(end->out.text, "A=b c\n");
}

TEST(Subprocess, SaysThatAProgramIsMissing) {
  const auto end = run({.argv = {"ecrelay-no-such-program"}});

  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, base::ErrorCode::NotFound);
  EXPECT_NE(end.error().message.find("ecrelay-no-such-program"), std::string::npos);
}

TEST(Subprocess, SaysThatAFileIsNoProgramAndLeavesNoZombie) {
  const support::TempFolder folder;
  std::ofstream(folder.file("text")) << "just text\n";
  ::chmod(folder.file("text").c_str(), 0755);

  const auto end = run({.argv = {folder.file("text").string()}});

  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, base::ErrorCode::Unsupported);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Subprocess, RefusesAnEmptyCommand) {
  const auto end = run({.argv = {}});

  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, base::ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace ecrelay::process
