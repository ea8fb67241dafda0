#include "db/linked_version.hpp"

#include <sqlite3.h>

namespace ecrelay::db {

std::string sqlite_version() {
  return sqlite3_libversion();
}

}  // namespace ecrelay::db
