#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "db/db.hpp"
#include "db/migrations.hpp"

namespace ecrelay::stats {

/// The ladder of stats.db. docs/stats.md describes the tables and views; others query them.
const db::Schema& schema();

base::Path database_path(const base::Path& state_dir);

/// stats.db for reading, also while a relay writes it. NotFound where nothing was recorded yet;
/// Unsupported where its version is not this program's.
base::Result<db::Db> open_for_reading(const base::Path& state_dir);

}  // namespace ecrelay::stats
