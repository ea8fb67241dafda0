#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecrelay::app {

/// "0.1.0"
std::string_view version();

/// What this program is linked with: name and version of each library.
std::vector<std::pair<std::string, std::string>> linked_versions();

}  // namespace ecrelay::app
