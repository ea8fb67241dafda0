#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.hpp"
#include "config/option_table.hpp"
#include "config/problem.hpp"

namespace ecrelay::config {

enum class Origin { Default, File, Environment, Flag };

/// What one option was set to, as text, and by what.
struct Setting {
  const Option* option = nullptr;
  std::vector<std::string> values;  ///< at most one unless the option is a list
  Origin origin = Origin::Default;
  std::string place = "default";  ///< the origin in words, as Problem::place
};

/// A setting for each row of the option table, in its order. Value type.
class Settings {
 public:
  explicit Settings(std::vector<Setting> settings) : settings_(std::move(settings)) {}

  /// The option has to be in the table.
  [[nodiscard]] const Setting& get(std::string_view name) const;
  /// A line "key = value   (origin)" for each, for --show-config.
  [[nodiscard]] std::string describe() const;

 private:
  std::vector<Setting> settings_;
};

/// Flags as parsed: the option's name without dashes to its values, in their order. A switch has
/// the value "true".
using Flags = std::multimap<std::string, std::string, std::less<>>;

struct ConfigFile {
  std::string path;
  std::string text;
};

enum class User { Root, Other };

/// All that options are made from.
struct Sources {
  Flags flags;
  base::Environment environment;
  std::optional<ConfigFile> file;
  User user = User::Other;  ///< decides the default directories
};

/// The file that --config (or its variable) names: the one file that may be read.
std::optional<std::string> config_file_path(const Flags& flags,
                                            const base::Environment& environment);

struct Resolved {
  Settings settings;
  Problems problems;
};

/// For each option the flag, else the variable, else the file, else the default: whole, a list is
/// never put together from two of them. A flag given again replaces the earlier one, unless it is a
/// list; an empty variable is an unset one. Problems are unknown keys, keys given twice, empty
/// values and a file that cannot be read. Pure.
Resolved resolve(const Sources& sources);

}  // namespace ecrelay::config
