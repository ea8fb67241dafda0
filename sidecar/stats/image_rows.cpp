#include "stats/image_rows.hpp"

#include <string>
#include <string_view>

#include "db/statement.hpp"
#include "stats/outcome.hpp"

namespace ecrelay::stats {
namespace {

using FoundId = base::Result<std::optional<std::int64_t>>;

bool is_digest(std::string_view reference) {
  return reference.find(':') != std::string_view::npos;
}

base::Result<db::Statement*> bound(db::Db& database, std::string_view sql,
                                   const RequestEvent& event, std::string_view digest) {
  ECRELAY_TRY(auto* statement, database.cached(sql));
  statement->bind(1, event.job_id).bind(2, event.registry).bind(3, event.repository);
  statement->bind(4, digest);
  return statement;
}

FoundId first_id(db::Statement& statement) {
  ECRELAY_TRY(const bool row, statement.step());
  std::optional<std::int64_t> id;
  if (row) {
    id = statement.integer(0);
    statement.reset();
  }
  return id;
}

FoundId image_of_blob(db::Db& database, const RequestEvent& event) {
  ECRELAY_TRY(auto* find, bound(database, R"sql(
SELECT i.id FROM image i
WHERE i.job_id = ?1 AND i.registry = ?2 AND i.repository = ?3 AND i.digest IN (
  SELECT b.manifest FROM image_blob b WHERE b.blob = ?4
  UNION ALL
  SELECT c.parent FROM image_blob b JOIN image_child c ON c.child = b.manifest WHERE b.blob = ?4)
ORDER BY i.last_at DESC, i.id DESC LIMIT 1)sql",
                                event, event.reference));
  return first_id(*find);
}

/// The image asked for by tag, or the index, that holds a manifest asked for by digest.
FoundId image_holding(db::Db& database, const RequestEvent& event, std::string_view digest) {
  ECRELAY_TRY(auto* find, bound(database, R"sql(
SELECT i.id FROM image i
WHERE i.job_id = ?1 AND i.registry = ?2 AND i.repository = ?3
  AND ((i.digest = ?4 AND instr(i.reference, ':') = 0)
    OR i.digest IN (SELECT parent FROM image_child WHERE child = ?4))
ORDER BY i.last_at DESC, i.id DESC LIMIT 1)sql",
                                event, digest));
  return first_id(*find);
}

FoundId own_image(db::Db& database, const RequestEvent& event, std::string_view digest) {
  ECRELAY_TRY(auto* upsert, bound(database, R"sql(
INSERT INTO image(job_id, registry, repository, digest, reference, last_at)
VALUES(?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at) RETURNING id)sql",
                                  event, digest));
  upsert->bind(5, event.reference).bind(6, event.at);
  ECRELAY_TRY(const bool row, upsert->step());
  std::optional<std::int64_t> id;
  if (row) {
    id = upsert->integer(0);
  }
  ECRELAY_TRY_VOID(upsert->run());
  return id;
}

/// Images asked for by digest that turn out to be a part of image `id` become one with it.
base::Result<void> adopt_images(db::Db& database, const RequestEvent& event,
                                std::string_view digest, std::int64_t id) {
  while (true) {
    ECRELAY_TRY(auto* find, bound(database, R"sql(
SELECT i.id FROM image i
WHERE i.job_id = ?1 AND i.registry = ?2 AND i.repository = ?3 AND i.id <> ?5
  AND instr(i.reference, ':') > 0
  AND ((i.digest = ?4 AND instr(?6, ':') = 0)
    OR i.digest IN (SELECT child FROM image_child WHERE parent = ?4))
LIMIT 1)sql",
                                  event, digest));
    find->bind(5, id).bind(6, event.reference);
    ECRELAY_TRY(const auto part, first_id(*find));
    if (!part) {
      return {};
    }
    ECRELAY_TRY(auto* move, database.cached("UPDATE request SET image_id = ? WHERE image_id = ?"));
    ECRELAY_TRY_VOID(move->bind(1, id).bind(2, *part).run());
    ECRELAY_TRY(auto* remove, database.cached("DELETE FROM image WHERE id = ?"));
    ECRELAY_TRY_VOID(remove->bind(1, *part).run());
  }
}

/// A blob's request may be recorded before that of the manifest that named it.
base::Result<void> adopt_blobs(db::Db& database, const RequestEvent& event, std::string_view digest,
                               std::int64_t id) {
  ECRELAY_TRY(auto* adopt, bound(database, R"sql(
UPDATE request SET image_id = ?5
WHERE job_id = ?1 AND kind = 'blob' AND image_id IS NULL AND registry = ?2 AND repository = ?3
  AND reference IN (
    SELECT blob FROM image_blob WHERE manifest = ?4
    UNION ALL
    SELECT b.blob FROM image_child c JOIN image_blob b ON b.manifest = c.child WHERE c.parent = ?4)
)sql",
                                 event, digest));
  return adopt->bind(5, id).run();
}

FoundId image_of_manifest(db::Db& database, const RequestEvent& event) {
  const bool by_digest = is_digest(event.reference);
  const std::string& digest = event.digest.empty() && by_digest ? event.reference : event.digest;
  std::optional<std::int64_t> id;
  if (by_digest) {
    ECRELAY_TRY(id, image_holding(database, event, digest));
  }
  if (id) {
    ECRELAY_TRY(auto* touch,
                database.cached("UPDATE image SET last_at = max(last_at, ?) WHERE id = ?"));
    ECRELAY_TRY_VOID(touch->bind(1, event.at).bind(2, *id).run());
  } else {
    ECRELAY_TRY(id, own_image(database, event, digest));
  }
  if (id && !digest.empty()) {
    ECRELAY_TRY_VOID(adopt_images(database, event, digest, *id));
    ECRELAY_TRY_VOID(adopt_blobs(database, event, digest, *id));
  }
  return id;
}

}  // namespace

FoundId image_of(db::Db& database, const RequestEvent& event) {
  switch (event.kind) {
    case Kind::Manifest:
      return image_of_manifest(database, event);
    case Kind::Blob:
      return image_of_blob(database, event);
    case Kind::Tags:
    case Kind::Referrers:
      break;
  }
  return std::optional<std::int64_t>();
}

}  // namespace ecrelay::stats
