#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ecrelay::config {

/// Something wrong in the options, for a person: which option, where its value came from, why it
/// will not do and what to write instead. Holds no secret.
struct Problem {
  std::string option;   ///< "cache-size"; empty where no option is at fault (a broken file)
  std::string place;    ///< "flag", "environment ECRELAY_CACHE_SIZE", "/etc/ecrelay.toml:3"
  std::string message;  ///< "'20XB' is not a size; write it as 512MiB, 20GiB or 1.5TB"

  /// "--cache-size (environment ECRELAY_CACHE_SIZE): '20XB' is not a size; write it as ..."
  [[nodiscard]] std::string str() const;
};

using Problems = std::vector<Problem>;

/// A value in quotes, fit for a message: control characters, user information and a URL's query
/// (which may be secrets) are blotted out.
std::string quoted_value(std::string_view value);
/// The same without the quotes.
std::string shown_value(std::string_view value);

}  // namespace ecrelay::config
