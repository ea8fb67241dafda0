#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/console.hpp"

namespace ecrelay::app {

/// What the arguments ask for: a command to run, or a text to print and the exit code to end with
/// (help, version, wrong usage).
struct CommandLine {
  std::function<int(const Console&)> run;
  Verbosity verbosity = Verbosity::Normal;
  std::string text;
  int exit_code = kDone;
};

/// Arguments without the program's name. Runs nothing.
CommandLine parse_command_line(std::vector<std::string> arguments);

}  // namespace ecrelay::app
