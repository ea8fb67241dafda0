#pragma once

#include <string>
#include <string_view>

#include "stats/json_document.hpp"

namespace ecrelay::app {

/// The page for a person, from what /api/v1/status tells: no script, nothing loaded from elsewhere.
/// Pure.
std::string dashboard_page(const stats::Json& status);

/// Text as it is, inside an element or a quoted attribute.
std::string html_escaped(std::string_view text);

}  // namespace ecrelay::app
