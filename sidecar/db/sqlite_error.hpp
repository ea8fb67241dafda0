#pragma once

#include <string_view>

#include "base/result.hpp"

struct sqlite3;

namespace ecrelay::db {

/// An SQLite result code as an `Error`: CORRUPT and NOTADB are Corrupt, FULL is NoSpace, BUSY and
/// LOCKED are Unavailable, CONSTRAINT and MISMATCH InvalidArgument, READONLY, PERM, AUTH and
/// CANTOPEN PermissionDenied, the rest Io. The message has the extended code's text and what was
/// being done.
base::Error sqlite_error(sqlite3* connection, int code, std::string_view what);

}  // namespace ecrelay::db
