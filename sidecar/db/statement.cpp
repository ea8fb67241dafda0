#include "db/statement.hpp"

#include <sqlite3.h>

#include <limits>
#include <utility>

#include "db/sqlite_error.hpp"

namespace ecrelay::db {

base::Result<Statement> Statement::prepare(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(connection, code, sql);
  }
  return Statement(connection, statement);
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    connection_ = other.connection_;
    statement_ = std::exchange(other.statement_, nullptr);
    bind_error_ = other.bind_error_;
  }
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::note_bind(int code) {
  if (bind_error_ == SQLITE_OK) {
    bind_error_ = code;
  }
}

Statement& Statement::bind(int position, std::int64_t value) {
  note_bind(sqlite3_bind_int64(statement_, position, value));
  return *this;
}

Statement& Statement::bind(int position, std::string_view value) {
  // An empty view may have a null pointer, which SQLite would take for NULL.
  const char* data = value.empty() ? "" : value.data();
  note_bind(
      sqlite3_bind_text64(statement_, position, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_null(int position) {
  note_bind(sqlite3_bind_null(statement_, position));
  return *this;
}

Statement& Statement::bind_unsigned(int position, std::uint64_t value) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  return bind(position,
              value > static_cast<std::uint64_t>(kMax) ? kMax : static_cast<std::int64_t>(value));
}

Statement& Statement::bind_text_or_null(int position, std::string_view value) {
  return value.empty() ? bind_null(position) : bind(position, value);
}

base::Result<bool> Statement::step() {
  int code = std::exchange(bind_error_, SQLITE_OK);
  if (code == SQLITE_OK) {
    code = sqlite3_step(statement_);
  }
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  auto error = sqlite_error(connection_, code, sqlite3_sql(statement_));
  reset();
  return error;
}

base::Result<void> Statement::run() {
  while (true) {
    ECRELAY_TRY(const bool row, step());
    if (!row) {
      return {};
    }
  }
}

void Statement::reset() {
  // It repeats the error of the last step, which step() has told already.
  static_cast<void>(sqlite3_reset(statement_));
  static_cast<void>(sqlite3_clear_bindings(statement_));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Statement::unsigned_integer(int column) const {
  const auto value = integer(column);
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::string Statement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) {
    return {};
  }
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace ecrelay::db
