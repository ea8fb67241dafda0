#include "process/child_environment.hpp"

#include <unistd.h>

#include <string_view>

namespace ecrelay::process {

std::map<std::string, std::string> ChildEnvironment::variables() const {
  std::map<std::string, std::string> result;
  if (start == EnvironmentStart::Inherit) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      const auto equals = text.find('=');
      if (equals != std::string_view::npos) {
        result.emplace(text.substr(0, equals), text.substr(equals + 1));
      }
    }
  }
  for (const auto& name : removed) {
    result.erase(name);
  }
  for (const auto& [name, value] : set) {
    result.insert_or_assign(name, value);
  }
  return result;
}

}  // namespace ecrelay::process
