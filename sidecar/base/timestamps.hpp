#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace ecrelay::base {

/// "2026-01-02T03:04:05Z", also with a fraction and with an offset such as "+02:00" (RFC 3339).
/// Nothing on anything else. The fraction is dropped.
std::optional<Wall::time_point> parse_iso8601(std::string_view text);

/// "Fri, 02 Jan 2026 03:04:05 GMT", the form of HTTP dates that servers must send (RFC 9110 5.6.7).
std::optional<Wall::time_point> parse_http_date(std::string_view text);

}  // namespace ecrelay::base
