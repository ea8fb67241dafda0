#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::process {

/// The file that a shell would run for `name`: as it is if it has a '/', else the first executable
/// one in the folders of `path` (colon-separated; an empty part is the working directory, POSIX).
/// NotFound, or PermissionDenied where there is only a file that cannot be run.
base::Result<std::string> find_program(std::string_view name, std::string_view path);

}  // namespace ecrelay::process
