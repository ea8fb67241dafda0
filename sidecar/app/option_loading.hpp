#pragma once

#include <optional>

#include "app/console.hpp"
#include "base/environment.hpp"
#include "base/file_ops.hpp"
#include "base/log.hpp"
#include "config/precedence.hpp"
#include "config/validate.hpp"

namespace ecrelay::app {

/// The options of `serve` from flags, environment and the file that --config names, which is read
/// here. A file that cannot be read is one of the problems.
config::Loaded load_options(const config::Flags& flags, const base::Environment& environment);

/// The state directory alone, for commands that look at a relay from outside: what is wrong with
/// other options is not their business. Nothing, and the problem printed, if this one is wrong.
std::optional<base::Path> state_folder_of(const config::Flags& flags, const Console& console);

/// The log of a relay that lives inside another command: errors alone unless a level was asked for,
/// since standard error is the command's, which says itself what is the matter.
base::LogOptions passing_log(const config::Loaded& loaded);

}  // namespace ecrelay::app
