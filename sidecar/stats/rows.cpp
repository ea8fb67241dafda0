#include "stats/rows.hpp"

#include <string>

#include "stats/image_rows.hpp"
#include "stats/outcome.hpp"

namespace ecrelay::stats {
namespace {

template <typename Enum>
std::optional<std::string_view> optional_word(const std::optional<Enum>& value) {
  return value ? std::optional(word(*value)) : std::nullopt;
}

std::string job_columns(std::string_view before, std::string_view after) {
  std::string text;
  for (const auto& field : kJobFields) {
    text += std::string(before) + std::string(field.name) + std::string(after) + ", ";
  }
  return text;
}

std::string upsert_job_sql() {
  std::string sql =
      "INSERT INTO job(" + job_columns("", "") + "started_at, ended_at, status) VALUES(";
  for (std::size_t i = 0; i < kJobFields.size(); ++i) {
    sql += "?, ";
  }
  sql += "?, ?, ?) ON CONFLICT(id) DO UPDATE SET ";
  for (const auto& field : kJobFields) {
    if (field.member != &Job::id) {
      const std::string name(field.name);
      sql += name + " = coalesce(excluded." + name + ", " + name + "), ";
    }
  }
  return sql +
         "started_at = min(started_at, excluded.started_at), ended_at = excluded.ended_at, "
         "status = excluded.status";
}

}  // namespace

base::Result<void> insert_request(db::Db& database, std::int64_t id, const RequestEvent& event) {
  ECRELAY_TRY(const auto image, image_of(database, event));
  ECRELAY_TRY(auto* insert, database.cached(R"sql(
INSERT INTO request(id, job_id, at, kind, registry, repository, reference, digest, method, status,
  outcome, origin, ecr_cache, reason, detail, bytes_served, bytes_fetched, duration_us,
  first_byte_us, client, image_id)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"));
  insert->bind(1, id).bind(2, event.job_id).bind(3, event.at).bind(4, word(event.kind));
  insert->bind(5, event.registry).bind(6, event.repository).bind(7, event.reference);
  insert->bind_text_or_null(8, event.digest).bind(9, event.method);
  insert->bind(10, std::int64_t{event.status}).bind(11, word(event.outcome));
  insert->bind(12, optional_word(event.origin)).bind(13, optional_word(event.ecr_cache));
  insert->bind(14, optional_word(event.reason)).bind_text_or_null(15, event.detail);
  insert->bind_unsigned(16, event.bytes_served).bind_unsigned(17, event.bytes_fetched);
  insert->bind(18, event.duration_us).bind(19, event.first_byte_us);
  insert->bind_text_or_null(20, event.client).bind(21, image);
  return insert->run();
}

base::Result<void> amend_request(db::Db& database, std::int64_t id, const Amendment& amendment) {
  ECRELAY_TRY(auto* update, database.cached(R"sql(
UPDATE request SET bytes_fetched = coalesce(?2, bytes_fetched),
  ecr_cache = coalesce(?3, ecr_cache), outcome = coalesce(?4, outcome),
  reason = coalesce(?5, reason), detail = coalesce(?6, detail)
WHERE id = ?1)sql"));
  update->bind(1, id);
  if (amendment.bytes_fetched) {
    update->bind_unsigned(2, *amendment.bytes_fetched);
  }
  update->bind(3, optional_word(amendment.ecr_cache)).bind(4, optional_word(amendment.outcome));
  update->bind(5, optional_word(amendment.reason)).bind(6, amendment.detail);
  return update->run();
}

base::Result<void> upsert_job(db::Db& database, const Job& job) {
  static const std::string kSql = upsert_job_sql();
  ECRELAY_TRY(auto* upsert, database.cached(kSql));
  int position = 0;
  for (const auto& field : kJobFields) {
    upsert->bind_text_or_null(++position, job.*field.member);
  }
  upsert->bind(++position, job.started_at);
  upsert->bind(++position, job.ended_at);
  upsert->bind(++position, word(job.status));
  return upsert->run();
}

base::Result<void> insert_image_content(db::Db& database, const ImageContent& content) {
  ECRELAY_TRY(auto* child,
              database.cached("INSERT OR IGNORE INTO image_child(parent, child) VALUES(?, ?)"));
  for (const auto& digest : content.children) {
    child->bind(1, content.manifest).bind(2, digest);
    ECRELAY_TRY_VOID(child->run());
  }
  ECRELAY_TRY(auto* blob, database.cached("INSERT OR IGNORE INTO "
                                          "image_blob(manifest, blob, role, size) "
                                          "VALUES(?, ?, ?, ?)"));
  for (const auto& item : content.blobs) {
    blob->bind(1, content.manifest).bind(2, item.digest);
    blob->bind(3, item.role == BlobRole::Layer ? "layer" : "config").bind_unsigned(4, item.size);
    ECRELAY_TRY_VOID(blob->run());
  }
  return {};
}

base::Result<void> add_prefetch(db::Db& database, std::string_view job_id, std::string_view digest,
                                std::uint64_t bytes_fetched) {
  ECRELAY_TRY(auto* add, database.cached(R"sql(
INSERT INTO prefetch(job_id, digest, bytes_fetched) VALUES(?, ?, ?)
ON CONFLICT(job_id, digest) DO UPDATE SET bytes_fetched = bytes_fetched + excluded.bytes_fetched
)sql"));
  add->bind(1, job_id).bind(2, digest).bind_unsigned(3, bytes_fetched);
  return add->run();
}

std::string_view select_job() {
  static const std::string kSql =
      "SELECT " + job_columns("j.", "") + "j.started_at, j.ended_at, j.status FROM job j ";
  return kSql;
}

Job read_job(const db::Statement& row) {
  Job job;
  int column = 0;
  for (const auto& field : kJobFields) {
    job.*field.member = row.text(column++);
  }
  job.started_at = row.integer(column++);
  job.ended_at = row.optional_integer(column++);
  job.status = parse<JobStatus>(row.text(column)).value_or(JobStatus::Unknown);
  return job;
}

}  // namespace ecrelay::stats
