#include "app/version.hpp"
#include "app/commands/commands.hpp"

namespace ecrelay::app {

int show_version(const Console& console) {
  console.out << "ecrelay " << version() << '\n';
  for (const auto& [name, number] : linked_versions()) {
    console.out << "  " << name << ' ' << number << '\n';
  }
  return kDone;
}

}  // namespace ecrelay::app
