#include "store/names_file.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "db/migrations.hpp"

namespace ecrelay::store {
namespace {

constexpr std::array<std::string_view, 1> kSteps = {R"sql(
  CREATE TABLE tag(
    registry TEXT NOT NULL, repository TEXT NOT NULL, tag TEXT NOT NULL,
    digest TEXT NOT NULL, asked_at INTEGER NOT NULL,
    PRIMARY KEY(registry, repository, tag)) STRICT, WITHOUT ROWID;
  CREATE TABLE content(
    registry TEXT NOT NULL, repository TEXT NOT NULL, digest TEXT NOT NULL,
    kind INTEGER NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, parent TEXT,
    PRIMARY KEY(registry, repository, digest)) STRICT, WITHOUT ROWID;
)sql"};
constexpr db::Schema kSchema{0x65637278, kSteps};

base::Result<void> read_tags(db::Db& db, std::vector<NamesFile::TagRow>& rows) {
  ECRELAY_TRY(auto query,
              db.prepare("SELECT registry, repository, tag, digest, asked_at FROM tag"));
  while (true) {
    ECRELAY_TRY(const bool row, query.step());
    if (!row) {
      return {};
    }
    const auto digest = base::Digest::parse(query.text(3));
    if (digest.ok()) {
      rows.push_back({{query.text(0), query.text(1)},
                      query.text(2),
                      {*digest, base::from_unix_micros(query.integer(4))}});
    }
  }
}

base::Result<void> read_contents(db::Db& db, std::vector<NamesFile::ContentRow>& rows) {
  ECRELAY_TRY(auto query, db.prepare("SELECT registry, repository, digest, kind, media_type, size, "
                                     "parent FROM content"));
  while (true) {
    ECRELAY_TRY(const bool row, query.step());
    if (!row) {
      return {};
    }
    const auto digest = base::Digest::parse(query.text(2));
    if (!digest.ok()) {
      continue;
    }
    Content content;
    content.kind = query.integer(3) == 0 ? ContentKind::Manifest : ContentKind::Blob;
    content.media_type = query.text(4);
    content.size = query.unsigned_integer(5);
    if (const auto parent = base::Digest::parse(query.text(6)); parent.ok()) {
      content.parent = *parent;
    }
    rows.push_back({{query.text(0), query.text(1)}, *digest, content});
  }
}

base::Result<void> migrate_and_read(db::Db& db, NamesFile::Rows& rows) {
  rows = {};
  ECRELAY_TRY_VOID(db::migrate(db, kSchema));
  ECRELAY_TRY_VOID(read_tags(db, rows.tags));
  return read_contents(db, rows.contents);
}

}  // namespace

std::unique_ptr<NamesFile> NamesFile::open(const base::Path& path, Rows& rows) {
  const base::SystemClock clock;
  const auto prepare = [&rows](db::Db& db) { return migrate_and_read(db, rows); };
  auto opened = db::open_or_rebuild(path, clock, prepare);
  if (!opened.ok() && opened.error().code == base::ErrorCode::Unsupported) {
    // Of a newer version: unlike the statistics it can be made anew, so it is.
    auto aside = path;
    aside += ".other-version";
    if (base::system_file_ops().rename(path, aside).ok()) {
      opened = db::open_or_rebuild(path, clock, prepare);
    }
  }
  if (!opened.ok()) {
    base::log_warn("the store's index cannot be used: names are kept in memory alone",
                   {{"why", opened.error().message}});
    return nullptr;
  }
  auto reopen = [path]() -> base::Result<db::Db> {
    const base::SystemClock now;
    ECRELAY_TRY(auto again, db::open_or_rebuild(
                                path, now, [](db::Db& db) { return db::migrate(db, kSchema); }));
    return std::move(again.db);
  };
  return std::unique_ptr<NamesFile>(new NamesFile(std::move(opened->db), std::move(reopen)));
}

NamesFile::NamesFile(db::Db db, db::GroupCommitWriter::Open reopen)
    : writer_(base::Result<db::Db>(std::move(db)), std::move(reopen), {}) {}

void NamesFile::put_tag(TagRow row) {
  writer_.enqueue([row = std::move(row)](db::Db& db) -> base::Result<void> {
    ECRELAY_TRY(auto* insert, db.cached("INSERT OR REPLACE INTO tag(registry, repository, tag, "
                                        "digest, asked_at) VALUES(?,?,?,?,?)"));
    insert->bind(1, row.repository.registry)
        .bind(2, row.repository.repository)
        .bind(3, row.tag)
        .bind(4, row.record.digest.str())
        .bind(5, base::unix_micros(row.record.asked_at));
    return insert->run();
  });
}

void NamesFile::put_content(ContentRow row) {
  writer_.enqueue([row = std::move(row)](db::Db& db) -> base::Result<void> {
    ECRELAY_TRY(auto* insert,
                db.cached("INSERT OR REPLACE INTO content(registry, repository, digest, kind, "
                          "media_type, size, parent) VALUES(?,?,?,?,?,?,?)"));
    insert->bind(1, row.repository.registry)
        .bind(2, row.repository.repository)
        .bind(3, row.digest.str())
        .bind(4, std::int64_t{row.content.kind == ContentKind::Manifest ? 0 : 1})
        .bind(5, row.content.media_type)
        .bind_unsigned(6, row.content.size);
    if (row.content.parent) {
      insert->bind(7, row.content.parent->str());
    } else {
      insert->bind_null(7);
    }
    return insert->run();
  });
}

}  // namespace ecrelay::store
