#pragma once

#include <string>
#include <vector>

#include "app/console.hpp"

namespace ecrelay::app {

/// The whole program: sets up the process (SIGPIPE ignored), reads the command line, runs the
/// command and gives the exit code: 0 done, 1 the command failed, 2 wrong usage; `exec` gives its
/// command's.
int run_cli(int argc, char** argv);

/// The same for arguments without the program's name, and without touching the process.
int run_command_line(const std::vector<std::string>& arguments, const Console& console);

}  // namespace ecrelay::app
