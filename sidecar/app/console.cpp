#include "app/console.hpp"

namespace ecrelay::app {

void Console::note(std::string_view text) const {
  if (verbosity == Verbosity::Normal) {
    err << "ecrelay: " << text << std::endl;
  }
}

void Console::warn(std::string_view what, std::string_view why) const {
  err << "ecrelay: " << what << ": " << why << std::endl;
}

int Console::fail(std::string_view what, std::string_view why) const {
  warn(what, why);
  return kFailed;
}

int Console::fail(std::string_view what, const base::Error& error) const {
  return fail(what, error.message);
}

int Console::refuse(std::string_view what, const config::Problems& problems) const {
  for (const auto& problem : problems) {
    warn(what, problem.str());
  }
  return kWrongUsage;
}

}  // namespace ecrelay::app
