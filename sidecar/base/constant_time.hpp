#pragma once

#include <string_view>

namespace ecrelay::base {

/// Whether two texts are the same, in a time that tells their lengths at most: for tokens. Pure.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace ecrelay::base
