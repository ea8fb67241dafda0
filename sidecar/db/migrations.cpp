#include "db/migrations.hpp"

#include <string>

#include "db/transaction.hpp"

namespace ecrelay::db {
namespace {

/// The file's version, once it is sure that this program may write to it.
base::Result<std::size_t> version_of(Db& db, const Schema& schema) {
  ECRELAY_TRY(const auto id, db.integer("PRAGMA application_id"));
  ECRELAY_TRY(const auto version, db.integer("PRAGMA user_version"));
  ECRELAY_TRY(const auto tables, db.integer("SELECT count(*) FROM sqlite_schema"));
  const bool blank = id.value_or(0) == 0 && version.value_or(0) == 0 && tables.value_or(0) == 0;
  if (!blank && id.value_or(0) != schema.application_id) {
    return base::Error{base::ErrorCode::Unsupported, "the database belongs to another program"};
  }
  const auto known = static_cast<std::int64_t>(schema.steps.size());
  if (version.value_or(0) < 0 || version.value_or(0) > known) {
    return base::Error{base::ErrorCode::Unsupported,
                       "the database has version " + std::to_string(version.value_or(0)) +
                           ", written by a newer ecrelay; this one knows up to " +
                           std::to_string(known)};
  }
  return static_cast<std::size_t>(version.value_or(0));
}

}  // namespace

base::Result<void> migrate(Db& db, const Schema& schema) {
  while (true) {
    ECRELAY_TRY(const auto before, version_of(db, schema));
    if (before == schema.steps.size()) {
      return {};
    }
    ECRELAY_TRY(auto transaction, Transaction::begin(db));
    // Another process may have climbed the same step while this one waited for the lock.
    ECRELAY_TRY(const auto version, version_of(db, schema));
    if (version == before) {
      ECRELAY_TRY_VOID(db.exec(std::string(schema.steps[version])));
      ECRELAY_TRY_VOID(db.exec("PRAGMA application_id=" + std::to_string(schema.application_id) +
                               "; PRAGMA user_version=" + std::to_string(version + 1)));
    }
    ECRELAY_TRY_VOID(transaction.commit());
  }
}

base::Result<void> check_version(Db& db, const Schema& schema) {
  ECRELAY_TRY(const auto version, version_of(db, schema));
  if (version != schema.steps.size()) {
    return base::Error{base::ErrorCode::Unsupported,
                       "the database has version " + std::to_string(version) +
                           ", from an older ecrelay; start the relay once to bring it up to date"};
  }
  return {};
}

}  // namespace ecrelay::db
