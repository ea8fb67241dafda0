#pragma once

#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "process/child_environment.hpp"

namespace ecrelay::process {

enum class ChildGroup { Parents, Own, OwnSession };

struct LaunchRequest {
  std::vector<std::string> argv;  ///< the program (sought in the child's PATH), then its arguments
  ChildEnvironment environment;
  std::array<int, 3> stdio{-1, -1, -1};  ///< what becomes 0, 1, 2: above 2, or -1 to inherit
  ChildGroup group = ChildGroup::Parents;
};

/// Starts a program; the caller has to reap it. Returns once the program runs, or NotFound,
/// PermissionDenied, Unsupported (not a format that the kernel runs). The child has no descriptor
/// but 0, 1 and 2, no blocked signal, SIGPIPE at its default. Never a shell. Thread-safe.
base::Result<pid_t> launch(const LaunchRequest& request);

}  // namespace ecrelay::process
