#pragma once

#include <sys/types.h>

#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "process/launch.hpp"

namespace ecrelay::process {

enum class EndKind { Exited, Signaled };

/// How a program ended: `number` is its exit code or the signal's number.
struct ChildEnd {
  EndKind kind = EndKind::Exited;
  int number = 0;

  /// The exit code, or 128+N for signal N, as shells have it.
  [[nodiscard]] int shell_code() const { return kind == EndKind::Exited ? number : 128 + number; }
  bool operator==(const ChildEnd&) const = default;
};

/// How a child of this process ended, and reaps it; nothing while it runs. Internal if it is no
/// child or was reaped elsewhere (SIGCHLD ignored).
base::Result<std::optional<ChildEnd>> reap_if_ended(pid_t pid);

/// Owns a child that was launched: one that has not been reaped is killed by the destructor, with
/// its group if that is its own. Waits by pidfd where the kernel has it (Linux 5.3), else looks
/// every 10 ms. Single-thread.
class RunningChild {
 public:
  RunningChild(pid_t pid, ChildGroup group);
  ~RunningChild();
  RunningChild(const RunningChild&) = delete;
  RunningChild& operator=(const RunningChild&) = delete;

  /// Becomes readable when the child ends; -1 without pidfd.
  [[nodiscard]] int wait_fd() const { return pidfd_.get(); }
  /// How long a poll on wait_fd() may take, in its own unit.
  [[nodiscard]] int poll_timeout(base::Deadline deadline) const;
  /// Without reaping: the pid stays the child's.
  [[nodiscard]] bool ended() const;
  /// False if the deadline passed first.
  [[nodiscard]] bool wait_until(base::Deadline deadline) const;
  /// To its own group, else to the child alone. Before reap().
  void signal(int number) const;
  /// Once, after ended().
  base::Result<ChildEnd> reap();

 private:
  pid_t pid_;
  ChildGroup group_;
  base::UniqueFd pidfd_;
  bool reaped_ = false;
};

}  // namespace ecrelay::process
