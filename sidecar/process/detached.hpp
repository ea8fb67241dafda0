#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "process/child_environment.hpp"

namespace ecrelay::process {

/// Starts a program that outlives this one, as `ecrelay start` does: in a session of its own,
/// standard input from /dev/null, both outputs appended to `log_file` (made with mode 0644 less the
/// umask; its folder has to be there). Returns its pid; whether it ended early says
/// reap_if_ended(pid). Errors as launch(), and of the log file. Thread-safe.
base::Result<pid_t> spawn_detached(const std::vector<std::string>& argv, const base::Path& log_file,
                                   const ChildEnvironment& environment);

}  // namespace ecrelay::process
