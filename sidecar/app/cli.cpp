#include "app/cli.hpp"

#include <signal.h>

#include <exception>
#include <iostream>

#include "app/command_line.hpp"

namespace ecrelay::app {

int run_command_line(const std::vector<std::string>& arguments, const Console& console) {
  const auto parsed = parse_command_line(arguments);
  if (!parsed.run) {
    (parsed.exit_code == kDone ? console.out : console.err) << parsed.text << std::flush;
    return parsed.exit_code;
  }
  const Console for_command{console.environment, console.out, console.err, parsed.verbosity};
  const int exit_code = parsed.run(for_command);
  console.out.flush();
  if (exit_code == kDone && !console.out) {
    return console.fail("standard output", "writing failed");
  }
  return exit_code;
}

int run_cli(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  const Console console{base::Environment::from_process(), std::cout, std::cerr};
  try {
    return run_command_line(std::vector<std::string>(argv + 1, argv + argc), console);
  } catch (const std::exception& failure) {
    return console.fail("internal error", failure.what());
  }
}

}  // namespace ecrelay::app
