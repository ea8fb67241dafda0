#include "process/running_child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <tuple>

namespace ecrelay::process {
namespace {

constexpr std::chrono::milliseconds kLookEvery{10};
constexpr std::chrono::milliseconds kLongestPoll{60'000};
constexpr std::chrono::seconds kLastWait{2};

}  // namespace

base::Result<std::optional<ChildEnd>> reap_if_ended(pid_t pid) {
  int status = 0;
  pid_t found = 0;
  do {
    found = ::waitpid(pid, &status, WNOHANG);
  } while (found < 0 && errno == EINTR);
  if (found < 0) {
    return base::Error{base::ErrorCode::Internal,
                       "how process " + std::to_string(pid) + " ended is not known"};
  }
  if (found == 0) {
    return std::optional<ChildEnd>();
  }
  return std::optional(WIFSIGNALED(status) ? ChildEnd{EndKind::Signaled, WTERMSIG(status)}
                                           : ChildEnd{EndKind::Exited, WEXITSTATUS(status)});
}

RunningChild::RunningChild(pid_t pid, ChildGroup group)
    : pid_(pid), group_(group), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

RunningChild::~RunningChild() {
  if (!reaped_) {
    signal(SIGKILL);
    std::ignore = wait_until(base::Deadline::after(kLastWait));  // longer: stuck in the kernel
    std::ignore = reap_if_ended(pid_);                           // nobody is left to tell
  }
}

int RunningChild::poll_timeout(base::Deadline deadline) const {
  const auto longest = pidfd_.valid() ? kLongestPoll : kLookEvery;
  return static_cast<int>(std::min(deadline.left(), longest).count());
}

bool RunningChild::ended() const {
  siginfo_t info{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return result == 0 ? info.si_pid == pid_ : errno == ECHILD;
}

bool RunningChild::wait_until(base::Deadline deadline) const {
  while (!ended()) {
    if (deadline.passed()) {
      return false;
    }
    pollfd waiting{pidfd_.get(), POLLIN, 0};
    std::ignore = ::poll(&waiting, 1, poll_timeout(deadline));  // ended() decides
  }
  return true;
}

void RunningChild::signal(int number) const {
  std::ignore = ::kill(group_ == ChildGroup::Parents ? pid_ : -pid_, number);  // it may be gone
}

base::Result<ChildEnd> RunningChild::reap() {
  const auto end = reap_if_ended(pid_);
  if (!end) {
    reaped_ = true;
    return end.error();
  }
  if (!*end) {
    return base::Error{base::ErrorCode::Internal,
                       "process " + std::to_string(pid_) + " still runs"};
  }
  reaped_ = true;
  return **end;
}

}  // namespace ecrelay::process
