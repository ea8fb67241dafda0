#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ecrelay::base {

/// Environment variables, as a value that a test can make. from_process() is a snapshot. A variable
/// that is set to the empty string counts as unset, as in AWS's SDKs. Holds secrets: never print it
/// whole. Immutable, so thread-safe.
class Environment {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  static Environment from_process();
  static Environment from_map(Map variables);

  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;

 private:
  Map variables_;
};

}  // namespace ecrelay::base
