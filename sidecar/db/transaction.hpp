#pragma once

#include <tuple>
#include <utility>

#include "base/result.hpp"
#include "db/db.hpp"

namespace ecrelay::db {

/// A write transaction: BEGIN IMMEDIATE, because a deferred one that turns into a writer fails with
/// BUSY at once, whatever the busy timeout says. Rolled back unless committed. Borrows the Db.
class Transaction {
 public:
  static base::Result<Transaction> begin(Db& db) {
    ECRELAY_TRY_VOID(db.exec("BEGIN IMMEDIATE"));
    return Transaction(db);
  }
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (db_ != nullptr && db_->in_transaction()) {
      std::ignore = db_->exec("ROLLBACK");  // nothing is left to do about a failure
    }
  }

  /// On an error the transaction is rolled back when this object goes.
  base::Result<void> commit() {
    ECRELAY_TRY_VOID(db_->exec("COMMIT"));
    db_ = nullptr;
    return {};
  }

 private:
  explicit Transaction(Db& db) : db_(&db) {}
  Db* db_;
};

}  // namespace ecrelay::db
