#pragma once

#include <ostream>
#include <string_view>

#include "base/environment.hpp"
#include "base/result.hpp"
#include "config/problem.hpp"

namespace ecrelay::app {

enum ExitCode : int { kDone = 0, kFailed = 1, kWrongUsage = 2 };

enum class Verbosity { Normal, Quiet };

/// What a command has of the world: the environment, where results go and where everything else
/// goes. Borrowed streams; single-thread.
struct Console {
  base::Environment environment;
  std::ostream& out;
  std::ostream& err;
  Verbosity verbosity = Verbosity::Normal;

  /// "ecrelay: TEXT" on standard error, unless --quiet.
  void note(std::string_view text) const;
  /// "ecrelay: WHAT: WHY" on standard error, whatever the verbosity.
  void warn(std::string_view what, std::string_view why) const;
  /// warn(), and the exit code that goes with it.
  [[nodiscard]] int fail(std::string_view what, std::string_view why) const;
  [[nodiscard]] int fail(std::string_view what, const base::Error& error) const;
  /// Every problem as a line of its own.
  [[nodiscard]] int refuse(std::string_view what, const config::Problems& problems) const;
};

}  // namespace ecrelay::app
