#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "process/child_environment.hpp"

namespace ecrelay::process {

/// Runs a program in the place of this one, as `ecrelay exec` does: with its standard streams, in
/// its process group, for as long as it takes. SIGINT, SIGTERM and SIGHUP that come for this
/// process meanwhile go to the program, unless the terminal sent them (it sends them to both).
/// Returns the exit code, 128+N for signal N. NotFound, PermissionDenied, Unsupported as launch().
/// It has those signals' handlers while it runs: one call at a time, a second one is refused
/// (AlreadyExists).
base::Result<int> run_foreground(const std::vector<std::string>& argv,
                                 const ChildEnvironment& environment);

/// What a shell exits with when it could not start a program: 127 if it is not there, else 126.
int shell_code_of(const base::Error& error);

}  // namespace ecrelay::process
