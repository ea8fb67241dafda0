#include "process/detached.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "process/running_child.hpp"
#include "support/temp_folder.hpp"
#include "waiting.hpp"

namespace ecrelay::process {
namespace {

std::string content_of(const base::Path& path) {
  std::ifstream input(path);
  return {std::istreambuf_iterator<char>(input), {}};
}

std::optional<ChildEnd> end_of(pid_t pid) {
  std::optional<ChildEnd> end;
  becomes_true([&] {
    const auto looked = reap_if_ended(pid);
    end = looked.ok() ? *looked : std::nullopt;
    return end.has_value() || !looked.ok();
  });
  return end;
}

TEST(Detached, AppendsBothOutputsToTheLogFile) {
  const support::TempFolder folder;
  const auto log = folder.file("relay.log");
  std::ofstream(log) << "before\n";

  const auto pid = spawn_detached({"sh", "-c", "echo out; echo err >&2; cat"}, log, {});

  ASSERT_TRUE(pid.ok()) << pid.error().message;
  EXPECT_EQ(end_of(*pid), (ChildEnd{EndKind::Exited, 0}));
  EXPECT_EQ(content_of(log), "before\nout\nerr\n");
}

TEST(Detached, RunsInASessionOfItsOwn) {
  const support::TempFolder folder;

  const auto pid = spawn_detached({"sleep", "60"}, folder.file("log"), {});

  ASSERT_TRUE(pid.ok()) << pid.error().message;
  EXPECT_EQ(::getsid(*pid), *pid);
  const auto running = reap_if_ended(*pid);
  ASSERT_TRUE(running.ok());
  EXPECT_FALSE(running->has_value());
  ::kill(*pid, SIGTERM);
  EXPECT_EQ(end_of(*pid), (ChildEnd{EndKind::Signaled, SIGTERM}));
}

TEST(Detached, NamesALogFileThatCannotBeOpened) {
  const auto pid = spawn_detached({"true"}, "/nonexistent/relay.log", {});

  ASSERT_FALSE(pid.ok());
  EXPECT_NE(pid.error().message.find("/nonexistent/relay.log"), std::string::npos);
}

TEST(Detached, SaysThatAProgramIsMissing) {
  const support::TempFolder folder;

  const auto pid = spawn_detached({"ecrelay-no-such-program"}, folder.file("log"), {});

  ASSERT_FALSE(pid.ok());
  EXPECT_EQ(pid.error().code, base::ErrorCode::NotFound);
}

}  // namespace
}  // namespace ecrelay::process
