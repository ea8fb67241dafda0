#pragma once

#include "base/file_ops.hpp"

namespace ecrelay::db {

enum class Journal { Wal, Truncate };

/// WAL needs memory shared between the processes that use the file, which network file systems do
/// not give (sqlite.org/wal.html, "Disadvantages"): there, and only there, Truncate. Where the file
/// system cannot be asked, Wal: SQLite itself then refuses what it cannot do.
Journal journal_for(const base::Path& folder);

}  // namespace ecrelay::db
