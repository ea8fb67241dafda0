#include "base/environment.hpp"

#include <unistd.h>

#include <utility>

namespace ecrelay::base {

Environment Environment::from_process() {
  Map variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return from_map(std::move(variables));
}

Environment Environment::from_map(Map variables) {
  Environment environment;
  environment.variables_ = std::move(variables);
  return environment;
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) {
    return std::nullopt;
  }
  return found->second;
}

}  // namespace ecrelay::base
