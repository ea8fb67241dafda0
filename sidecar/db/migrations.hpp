#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "db/db.hpp"

namespace ecrelay::db {

/// A schema as the ladder of what made it: step N (from 1) takes a file from version N-1 to N.
/// Released steps never change; new ones are appended. `application_id` marks the file as ours.
struct Schema {
  std::int32_t application_id = 0;
  std::span<const std::string_view> steps;
};

/// Brings the file to the newest version, each step in a transaction of its own that also raises
/// PRAGMA user_version, so that a kill between two steps loses nothing. Unsupported, and nothing is
/// written, where the file is newer than the ladder or carries another application's id.
base::Result<void> migrate(Db& db, const Schema& schema);

/// The same check for a reader, which cannot migrate: Unsupported where the version is not the
/// ladder's own.
base::Result<void> check_version(Db& db, const Schema& schema);

}  // namespace ecrelay::db
