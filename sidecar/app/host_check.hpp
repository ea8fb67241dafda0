#pragma once

#include <string_view>
#include <vector>

#include "config/options.hpp"

namespace ecrelay::app {

/// Whether a Host field names this relay: a loopback name or address, or an address it listens on.
/// Where it listens on every address (0.0.0.0, ::), any IP address and any name without a dot (a
/// service's name beside containers) will do. Others are refused: a page whose own name was made to
/// lead here (DNS rebinding) comes with that name. Pure.
bool names_this_relay(std::string_view host, const std::vector<config::ListenAddress>& listen);

}  // namespace ecrelay::app
