#include "db/db.hpp"

#include <sqlite3.h>

#include <map>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"
#include "db/journal.hpp"
#include "db/sqlite_error.hpp"

namespace ecrelay::db {

struct Db::State {
  sqlite3* connection = nullptr;
  Access access = Access::ReadOnly;
  std::map<std::string, Statement, std::less<>> statements;

  ~State() {
    statements.clear();
    if (access == Access::ReadWrite) {
      // Only an index hint for the next time; a failure costs nothing now.
      std::ignore = sqlite3_exec(connection, "PRAGMA optimize", nullptr, nullptr, nullptr);
    }
    sqlite3_close_v2(connection);
  }
};

namespace {

constexpr const char* kCommonPragmas =
    "PRAGMA busy_timeout=5000;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA trusted_schema=OFF;";

base::Result<void> use_journal(Db& db, const base::Path& path) {
  if (journal_for(path.parent_path()) == Journal::Wal) {
    ECRELAY_TRY(auto mode, db.text("PRAGMA journal_mode"));
    if (mode != "wal") {
      ECRELAY_TRY(mode, db.text("PRAGMA journal_mode=WAL"));
    }
    if (mode == "wal") {
      return db.exec("PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864");
    }
  }
  base::log_warn("no write-ahead log on this file system, writing slower",
                 {{"database", path.string()}});
  return db.exec("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL");
}

/// A WAL file cannot be read without making -shm beside it. In a folder that may not be written to,
/// with no writer about, the file is read as the unchanging thing it then is.
std::string immutable_uri(const base::Path& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    switch (c) {
      case '%':
        uri += "%25";
        break;
      case '?':
        uri += "%3f";
        break;
      case '#':
        uri += "%23";
        break;
      default:
        uri += c;
    }
  }
  return uri + "?immutable=1";
}

bool is_there(const base::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

base::Path beside(const base::Path& path, std::string_view suffix) {
  base::Path result = path;
  result += suffix;
  return result;
}

base::Result<base::Path> move_aside(const base::Path& path, const base::Clock& clock) {
  std::string time = base::format_utc(clock.wall());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  const auto stamp = ".corrupt-" + time;
  base::Path target = beside(path, stamp);
  for (int n = 2; is_there(target); ++n) {
    target = beside(path, stamp + "-" + std::to_string(n));
  }
  auto& files = base::system_file_ops();
  ECRELAY_TRY_VOID(files.rename(path, target));
  for (const auto* suffix : {"-wal", "-shm", "-journal"}) {
    if (is_there(beside(path, suffix))) {
      ECRELAY_TRY_VOID(files.rename(beside(path, suffix), beside(target, suffix)));
    }
  }
  base::log_warn("corrupt database set aside",
                 {{"database", path.string()}, {"kept_as", target.string()}});
  return target;
}

}  // namespace

Db::Db(std::unique_ptr<State> state) : state_(std::move(state)) {}
Db::Db(Db&& other) noexcept = default;
Db& Db::operator=(Db&& other) noexcept = default;
Db::~Db() = default;

base::Result<Db> Db::open(const base::Path& path, Access access) {
  if (access == Access::ReadOnly && !is_there(path)) {
    return base::Error{base::ErrorCode::NotFound, path.string() + ": no such file"};
  }
  const auto open_as = [&](const std::string& name, int flags) -> base::Result<Db> {
    auto state = std::make_unique<State>();
    const int code = sqlite3_open_v2(name.c_str(), &state->connection,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (code != SQLITE_OK) {
      return sqlite_error(state->connection, code, path.string());
    }
    state->access = access;
    Db db(std::move(state));
    ECRELAY_TRY_VOID(db.exec(kCommonPragmas));
    if (access == Access::ReadWrite) {
      ECRELAY_TRY_VOID(use_journal(db, path));
    }
    // The first read of the file: what is no database is found out here.
    ECRELAY_TRY_VOID(db.exec("SELECT count(*) FROM sqlite_schema"));
    return db;
  };
  if (access == Access::ReadWrite) {
    return open_as(path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  }
  auto db = open_as(path.string(), SQLITE_OPEN_READONLY);
  if (!db.ok() && db.error().code == base::ErrorCode::PermissionDenied &&
      !is_there(beside(path, "-wal"))) {
    return open_as(immutable_uri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  }
  return db;
}

base::Result<void> Db::exec(const std::string& sql) {
  const int code = sqlite3_exec(state_->connection, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(state_->connection, code, sql);
  }
  return {};
}

base::Result<Statement> Db::prepare(std::string_view sql) {
  return Statement::prepare(state_->connection, sql);
}

base::Result<Statement*> Db::cached(std::string_view sql) {
  auto found = state_->statements.find(sql);
  if (found == state_->statements.end()) {
    ECRELAY_TRY(auto statement, prepare(sql));
    found = state_->statements.emplace(std::string(sql), std::move(statement)).first;
  }
  return &found->second;
}

base::Result<std::optional<std::int64_t>> Db::integer(std::string_view sql) {
  ECRELAY_TRY(auto statement, prepare(sql));
  ECRELAY_TRY(const bool row, statement.step());
  return row ? statement.optional_integer(0) : std::nullopt;
}

base::Result<std::string> Db::text(std::string_view sql) {
  ECRELAY_TRY(auto statement, prepare(sql));
  ECRELAY_TRY(const bool row, statement.step());
  return row ? statement.text(0) : std::string();
}

std::int64_t Db::last_insert_id() const {
  return sqlite3_last_insert_rowid(state_->connection);
}

std::int64_t Db::changes() const {
  return sqlite3_changes64(state_->connection);
}

bool Db::in_transaction() const {
  return sqlite3_get_autocommit(state_->connection) == 0;
}

base::Result<Opened> open_or_rebuild(const base::Path& path, const base::Clock& clock,
                                     const std::function<base::Result<void>(Db&)>& prepare) {
  const auto attempt = [&]() -> base::Result<Db> {
    ECRELAY_TRY(auto db, Db::open(path, Access::ReadWrite));
    ECRELAY_TRY_VOID(prepare(db));
    return db;
  };
  auto db = attempt();
  if (db.ok()) {
    return Opened{std::move(db).value(), std::nullopt};
  }
  if (db.error().code != base::ErrorCode::Corrupt) {
    return db.error();
  }
  ECRELAY_TRY(auto kept_as, move_aside(path, clock));
  ECRELAY_TRY(auto rebuilt, attempt());
  return Opened{std::move(rebuilt), std::move(kept_as)};
}

}  // namespace ecrelay::db
