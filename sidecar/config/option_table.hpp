#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ecrelay::config {

enum class OptionKind {
  Value,
  List,    ///< may be given again; in a variable its values are separated by commas
  Switch,  ///< takes no value on the command line, there it means "true"
};

enum class OptionPlaces { FlagVariableFile, FlagVariable, FlagOnly };

/// One option of `serve`: a row of the one table that the command line, the environment, the file,
/// `--show-config` and the help are all made from. Constant, lives as long as the program.
struct Option {
  std::string_view name;  ///< "cache-size": the key in the file, and the flag without its dashes
  OptionKind kind = OptionKind::Value;
  std::string_view value_name;    ///< "SIZE", for the help; of words, the accepted ones
  std::string_view default_text;  ///< as a user would write it; empty if there is none
  std::string_view default_note;  ///< what holds then, in words
  std::string_view help;
  OptionPlaces places = OptionPlaces::FlagVariableFile;

  /// "--cache-size"
  [[nodiscard]] std::string flag() const;
  /// "ECRELAY_CACHE_SIZE"
  [[nodiscard]] std::string variable() const;
};

/// In the order of the help. No two have the same name.
std::span<const Option> option_table();
/// Null if there is no such option.
const Option* find_option(std::string_view name);

}  // namespace ecrelay::config
