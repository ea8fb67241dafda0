#pragma once

#include <cstdint>
#include <optional>

namespace ecrelay::app {

/// A process by more than its pid, which the kernel gives again: also by when it started, in clock
/// ticks since the boot (proc(5), /proc/PID/stat field 22). Value type.
struct ProcessIdentity {
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;

  bool operator==(const ProcessIdentity&) const = default;
};

/// The process that has this pid now; nothing if there is none, or only a zombie that its parent
/// has not fetched.
std::optional<ProcessIdentity> process_of(std::int64_t pid);

inline bool is_alive(const ProcessIdentity& process) {
  return process_of(process.pid) == process;
}

}  // namespace ecrelay::app
