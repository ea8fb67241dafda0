#include "db/sqlite_error.hpp"

#include <sqlite3.h>

#include <string>

namespace ecrelay::db {
namespace {

base::ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::ErrorCode::Corrupt;
    case SQLITE_FULL:
      return base::ErrorCode::NoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::ErrorCode::Unavailable;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return base::ErrorCode::InvalidArgument;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return base::ErrorCode::PermissionDenied;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return base::ErrorCode::Internal;
    default:
      return base::ErrorCode::Io;
  }
}

}  // namespace

base::Error sqlite_error(sqlite3* connection, int code, std::string_view what) {
  std::string message(what.substr(0, 120));
  message += ": ";
  message += sqlite3_errstr(code);
  if (connection != nullptr && sqlite3_errcode(connection) == code) {
    message += " (" + std::string(sqlite3_errmsg(connection)) + ", code " +
               std::to_string(sqlite3_extended_errcode(connection)) + ")";
  }
  return {code_of(code), std::move(message)};
}

}  // namespace ecrelay::db
