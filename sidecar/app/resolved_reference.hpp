#pragma once

#include <string>

#include "app/relay.hpp"
#include "base/result.hpp"
#include "stats/json_document.hpp"

namespace ecrelay::app {

/// Where one image reference maps, as `ecrelay resolve --format json` and /api/v1/resolve tell it.
/// InvalidArgument for what is no reference.
base::Result<stats::Json> resolved_json(Relay& relay, const std::string& reference);

/// An array of those as a table for a person, with a headline.
std::string resolved_table(const stats::Json& resolved);

}  // namespace ecrelay::app
