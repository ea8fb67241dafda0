#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "db/db.hpp"
#include "stats/request_event.hpp"

namespace ecrelay::stats {

/// The row of `image` that a request belongs to, made if it is not there; nothing for tag lists,
/// referrers and blobs of no known image. An image is what a job asked for by tag, or by digest
/// where no tag (and no index) that it asked for holds that digest. Whichever of the requests is
/// recorded first, the rows end up the same: a row that comes later adopts those that belong to it.
/// A layer that two images share belongs to the one asked for last.
base::Result<std::optional<std::int64_t>> image_of(db::Db& database, const RequestEvent& event);

}  // namespace ecrelay::stats
