#pragma once

#include <string>

namespace ecrelay::db {

/// Of the SQLite library that is loaded, which may be newer than the headers: "3.40.1".
std::string sqlite_version();

}  // namespace ecrelay::db
