#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "config/precedence.hpp"

namespace CLI {
class App;
}

namespace ecrelay::app {

/// What the command line gave, whichever command was named.
struct Given {
  config::Flags flags;
  bool quiet = false;
  std::vector<std::string> behind_dashes;  ///< of `exec -- CMD...`
};

using Run = std::function<int(const Console&)>;

/// Adds every command to `root`. Reading a command line fills `given` and sets `chosen` to what is
/// to be run. `chosen` is borrowed as long as `root` lives.
void define_commands(CLI::App& root, const std::shared_ptr<Given>& given, Run& chosen);

}  // namespace ecrelay::app
