#pragma once

#include <string>

namespace ecrelay::process {

/// "1.74.0"
std::string boost_version();

}  // namespace ecrelay::process
