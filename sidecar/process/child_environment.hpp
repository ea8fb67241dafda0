#pragma once

#include <map>
#include <string>
#include <vector>

namespace ecrelay::process {

enum class EnvironmentStart { Inherit, Empty };

/// The variables of a child: those of this process or none to begin with, without `removed`, then
/// with `set`. What only the relay knows (tokens, keys) has to be in `removed`. Value type.
struct ChildEnvironment {
  EnvironmentStart start = EnvironmentStart::Inherit;
  std::vector<std::string> removed;
  std::map<std::string, std::string> set;

  /// Name to value, as the child will see them. Reads environ: not while another thread calls
  /// setenv.
  [[nodiscard]] std::map<std::string, std::string> variables() const;
};

}  // namespace ecrelay::process
