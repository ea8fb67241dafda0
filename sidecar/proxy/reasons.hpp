#pragma once

#include <string>

#include "proxy/blob_fetch.hpp"
#include "proxy/routes.hpp"
#include "stats/outcome.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

/// The one word of the statistics for a place's failure.
stats::Reason reason_of(stats::Origin place, const upstream::Failure& failure);

/// Why a request went past a place to the next one, for the request's detail: begins with the
/// reason's word and a colon, names the place and, where it is known, the right that is missing.
std::string fallback_detail(const Place& place, const upstream::Failure& failure);

}  // namespace ecrelay::proxy
