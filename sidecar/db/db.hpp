#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "db/statement.hpp"

struct sqlite3;

namespace ecrelay::db {

enum class Access { ReadWrite, ReadOnly };

/// One SQLite connection. ReadWrite creates the file and uses WAL (TRUNCATE on a network file
/// system, where WAL does not work); ReadOnly works beside a writer in another process and fails
/// with NotFound where there is no file. Thread-compatible: one thread at a time. Move-only. A file
/// that is no database, or damaged, is Corrupt.
class Db {
 public:
  static base::Result<Db> open(const base::Path& path, Access access);
  Db(Db&& other) noexcept;
  Db& operator=(Db&& other) noexcept;
  ~Db();

  /// One or more statements whose rows do not matter.
  base::Result<void> exec(const std::string& sql);
  base::Result<Statement> prepare(std::string_view sql);
  /// A statement kept for the next time; valid as long as the Db is. `sql` must be a literal or as
  /// few texts as literals: they are never dropped.
  base::Result<Statement*> cached(std::string_view sql);
  /// The first column of the first row; nothing if there is no row or it is NULL.
  base::Result<std::optional<std::int64_t>> integer(std::string_view sql);
  base::Result<std::string> text(std::string_view sql);

  [[nodiscard]] std::int64_t last_insert_id() const;
  /// Rows that the last statement inserted, changed or deleted.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;

 private:
  struct State;
  explicit Db(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A database to write to, and what had to be done to get it.
struct Opened {
  Db db;
  std::optional<base::Path> set_aside;  ///< where the corrupt file that was there went
};

/// Opens for writing and runs `prepare` (migrations). If either finds the file corrupt, it is
/// renamed to "NAME.corrupt-<UTC time>" (with its -wal and -shm) and built anew, once. Any other
/// failure leaves the file as it is.
base::Result<Opened> open_or_rebuild(const base::Path& path, const base::Clock& clock,
                                     const std::function<base::Result<void>(Db&)>& prepare);

}  // namespace ecrelay::db
