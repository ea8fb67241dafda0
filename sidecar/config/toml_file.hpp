#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ecrelay::config {

/// `key = value`, or `key = [value, value]`, of a configuration file.
struct FileEntry {
  std::string key;
  std::vector<std::string> values;
  int line = 0;  ///< where it begins, from 1
};

/// The entries of a TOML file in their order: strings, numbers, booleans and lists of them, no
/// tables. InvalidArgument names the line that cannot be read. Pure.
base::Result<std::vector<FileEntry>> read_toml(std::string_view text);

}  // namespace ecrelay::config
