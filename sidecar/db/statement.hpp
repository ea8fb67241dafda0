#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace ecrelay::db {

/// One prepared statement. Parameters are bound by position from 1, columns read by position from
/// 0; text is copied both ways. A failed bind is reported by the next step(). Belongs to the
/// connection that prepared it, must not outlive it, and is as little thread-safe as that.
/// Move-only.
class Statement {
 public:
  static base::Result<Statement> prepare(sqlite3* connection, std::string_view sql);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, std::string_view value);
  Statement& bind_null(int position);
  /// SQLite has no unsigned integers: a value above 2^63-1 is stored as 2^63-1.
  Statement& bind_unsigned(int position, std::uint64_t value);
  template <typename T>
  Statement& bind(int position, const std::optional<T>& value) {
    return value ? bind(position, *value) : bind_null(position);
  }
  /// Empty text as NULL.
  Statement& bind_text_or_null(int position, std::string_view value);

  /// True on a row, false at the end; the statement is then reset and ready to be bound again.
  base::Result<bool> step();
  /// Runs to the end, whatever rows come.
  base::Result<void> run();
  /// Ends a statement that was not stepped to its end, so that it holds no lock.
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  /// 0 for NULL.
  [[nodiscard]] std::int64_t integer(int column) const;
  /// As integer(), with a negative value read as 0.
  [[nodiscard]] std::uint64_t unsigned_integer(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  /// Empty for NULL.
  [[nodiscard]] std::string text(int column) const;

 private:
  Statement(sqlite3* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  void note_bind(int code);

  sqlite3* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;
};

}  // namespace ecrelay::db
