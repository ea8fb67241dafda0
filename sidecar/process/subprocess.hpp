#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "process/child_environment.hpp"
#include "process/running_child.hpp"

namespace ecrelay::process {

struct SubprocessOptions {
  std::vector<std::string> argv;
  ChildEnvironment environment;
  std::string input;  ///< all that its standard input holds
  base::Deadline deadline = base::Deadline::after(std::chrono::seconds(30));
  std::chrono::milliseconds grace{500};           ///< from SIGTERM to SIGKILL, after the deadline
  std::size_t max_output = std::size_t{1} << 20;  ///< bytes kept of each of its two outputs
};

/// The last bytes that a stream carried.
struct OutputTail {
  std::string text;
  std::uint64_t total = 0;  ///< bytes that it carried in all

  [[nodiscard]] bool whole() const { return total == text.size(); }
};

/// What became of a program. An exit code other than 0 is no error here: that is the caller's to
/// say. After a timeout `end` tells what the signals did.
struct SubprocessEnd {
  ChildEnd end;
  OutputTail out;
  OutputTail err;
  bool timed_out = false;
};

/// Runs a program to its end, in a process group of its own, and returns by deadline + grace (2 s
/// more if the kernel does not let go of it: Timeout). At the deadline the whole group gets
/// SIGTERM, after the grace SIGKILL. What it left running after an end of its own is left alone,
/// and its output is not waited for. NotFound, PermissionDenied and Unsupported as launch().
/// Thread-safe.
base::Result<SubprocessEnd> run(const SubprocessOptions& options);

}  // namespace ecrelay::process
