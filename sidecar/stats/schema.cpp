#include "stats/schema.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace ecrelay::stats {
namespace {

constexpr std::int32_t kApplicationId = 0x65637273;  // "ecrs"

// A released step never changes: tests/data/stats has a database of each version.
constexpr std::string_view kStep1 = R"sql(
CREATE TABLE job(
  id TEXT NOT NULL PRIMARY KEY,
  provider TEXT, server TEXT, project TEXT, pipeline TEXT, run TEXT, attempt TEXT, name TEXT,
  key TEXT, ref TEXT, commit_sha TEXT, url TEXT, runner TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  status TEXT NOT NULL CHECK (status IN ('open', 'success', 'failure', 'cancelled', 'unknown'))
) STRICT;
CREATE INDEX job_by_start ON job(started_at);

CREATE TABLE image(
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL, registry TEXT NOT NULL, repository TEXT NOT NULL,
  reference TEXT NOT NULL, digest TEXT NOT NULL,
  last_at INTEGER NOT NULL,
  UNIQUE (job_id, registry, repository, reference, digest)
) STRICT;

CREATE TABLE image_blob(
  manifest TEXT NOT NULL, blob TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('config', 'layer')),
  size INTEGER NOT NULL,
  PRIMARY KEY (manifest, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_blob_by_blob ON image_blob(blob);

CREATE TABLE image_child(
  parent TEXT NOT NULL, child TEXT NOT NULL,
  PRIMARY KEY (parent, child)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_child_by_child ON image_child(child);

CREATE TABLE request(
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('manifest', 'blob', 'tags', 'referrers')),
  registry TEXT NOT NULL, repository TEXT NOT NULL, reference TEXT NOT NULL,
  digest TEXT,
  method TEXT NOT NULL,
  status INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN
    ('hit', 'revalidated', 'joined', 'miss', 'stale', 'declined', 'error')),
  origin TEXT CHECK (origin IN ('store', 'ecr', 'upstream')),
  ecr_cache TEXT CHECK (ecr_cache IN ('hit', 'import', 'unknown')),
  reason TEXT,
  detail TEXT,
  bytes_served INTEGER NOT NULL,
  bytes_fetched INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  first_byte_us INTEGER NOT NULL,
  client TEXT,
  image_id INTEGER
) STRICT;
CREATE INDEX request_by_job ON request(job_id);
CREATE INDEX request_by_time ON request(at);
CREATE INDEX request_by_image ON request(image_id) WHERE image_id IS NOT NULL;
CREATE INDEX request_without_image ON request(job_id) WHERE kind = 'blob' AND image_id IS NULL;

CREATE TABLE prefetch(
  job_id TEXT NOT NULL, digest TEXT NOT NULL,
  bytes_fetched INTEGER NOT NULL,
  PRIMARY KEY (job_id, digest)
) STRICT, WITHOUT ROWID;

CREATE VIEW job_summary AS
SELECT j.*,
  count(r.id) AS requests,
  count(*) FILTER (WHERE r.outcome = 'hit') AS hit,
  count(*) FILTER (WHERE r.outcome = 'revalidated') AS revalidated,
  count(*) FILTER (WHERE r.outcome = 'joined') AS joined,
  count(*) FILTER (WHERE r.outcome = 'miss') AS miss,
  count(*) FILTER (WHERE r.outcome = 'stale') AS stale,
  count(*) FILTER (WHERE r.outcome = 'declined') AS declined,
  count(*) FILTER (WHERE r.outcome = 'error') AS error,
  coalesce(sum(r.bytes_served), 0) AS bytes_served,
  coalesce(sum(r.bytes_fetched), 0) AS bytes_fetched,
  (SELECT coalesce(sum(p.bytes_fetched), 0) FROM prefetch p
    WHERE p.job_id = j.id AND p.digest NOT IN (
      SELECT b.reference FROM request b WHERE b.job_id = j.id AND b.kind = 'blob')
  ) AS bytes_prefetched_unused,
  1.0 * count(*) FILTER (WHERE r.outcome IN ('hit', 'revalidated', 'joined', 'stale'))
    / nullif(count(*) FILTER (WHERE r.outcome <> 'declined'), 0) AS hit_ratio,
  1.0 - 1.0 * sum(r.bytes_fetched) / nullif(sum(r.bytes_served), 0) AS byte_hit_ratio
FROM job j LEFT JOIN request r ON r.job_id = j.id
GROUP BY j.id;

CREATE VIEW image_summary AS
SELECT i.job_id, i.registry, i.repository, i.reference, i.digest,
  (SELECT min(r.at) FROM request r WHERE r.image_id = i.id) AS first_at,
  (SELECT r.outcome FROM request r WHERE r.image_id = i.id AND r.kind = 'manifest'
    ORDER BY CASE r.outcome WHEN 'error' THEN 7 WHEN 'declined' THEN 6 WHEN 'miss' THEN 5
      WHEN 'joined' THEN 4 WHEN 'stale' THEN 3 WHEN 'revalidated' THEN 2 ELSE 1 END DESC
    LIMIT 1) AS outcome,
  (SELECT w.ecr_cache FROM (
    SELECT r.ecr_cache, EXISTS (SELECT 1 FROM image_child c
      WHERE c.parent = i.digest AND c.child = r.digest) AS is_child
    FROM request r
    WHERE r.image_id = i.id AND r.kind = 'manifest' AND r.ecr_cache IS NOT NULL) w
    ORDER BY w.is_child DESC,
      CASE w.ecr_cache WHEN 'import' THEN 3 WHEN 'hit' THEN 2 ELSE 1 END DESC
    LIMIT 1) AS ecr_cache,
  (SELECT count(DISTINCT r.reference) FROM request r
    WHERE r.image_id = i.id AND r.kind = 'blob' AND EXISTS (
      SELECT 1 FROM image_blob b WHERE b.blob = r.reference AND b.role = 'layer')) AS layers,
  (SELECT count(*) FROM (
    SELECT 1 FROM request r
    WHERE r.image_id = i.id AND r.kind = 'blob' AND EXISTS (
      SELECT 1 FROM image_blob b WHERE b.blob = r.reference AND b.role = 'layer')
    GROUP BY r.reference HAVING min(r.outcome IN ('hit', 'stale')) = 1)) AS layers_from_store,
  (SELECT sum(r.bytes_served) FROM request r WHERE r.image_id = i.id) AS bytes,
  (SELECT sum(r.bytes_fetched) FROM request r WHERE r.image_id = i.id) AS bytes_fetched,
  (SELECT sum(max(0, s.until - max(s.at, coalesce(s.busy_until, s.at)))) FROM (
    SELECT r.at, r.at + r.duration_us AS until,
      max(r.at + r.duration_us) OVER (ORDER BY r.at, r.id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM request r WHERE r.image_id = i.id) s) AS duration_us
FROM image i;
)sql";

constexpr std::array<std::string_view, 1> kSteps = {kStep1};

}  // namespace

const db::Schema& schema() {
  static const db::Schema kSchema{kApplicationId, kSteps};
  return kSchema;
}

base::Path database_path(const base::Path& state_dir) {
  return state_dir / "stats.db";
}

base::Result<db::Db> open_for_reading(const base::Path& state_dir) {
  ECRELAY_TRY(auto database, db::Db::open(database_path(state_dir), db::Access::ReadOnly));
  ECRELAY_TRY_VOID(db::check_version(database, schema()));
  return database;
}

}  // namespace ecrelay::stats
