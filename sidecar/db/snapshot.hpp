#pragma once

#include <tuple>
#include <utility>

#include "base/result.hpp"
#include "db/db.hpp"

namespace ecrelay::db {

/// Several reads of one state of the database, whatever a writer commits between them. Keep it
/// short: while it lives, the write-ahead log cannot be folded back. Borrows the Db.
class Snapshot {
 public:
  static base::Result<Snapshot> begin(Db& db) {
    ECRELAY_TRY_VOID(db.exec("BEGIN"));
    return Snapshot(db);
  }
  Snapshot(Snapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Snapshot& operator=(Snapshot&&) = delete;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() {
    if (db_ != nullptr) {
      std::ignore = db_->exec("ROLLBACK");  // nothing was written
    }
  }

 private:
  explicit Snapshot(Db& db) : db_(&db) {}
  Db* db_;
};

}  // namespace ecrelay::db
