#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "db/db.hpp"
#include "db/statement.hpp"
#include "stats/image_content.hpp"
#include "stats/job.hpp"
#include "stats/request_event.hpp"

namespace ecrelay::stats {

// The statements that write stats.db, and the reading of a job's row. Each runs inside the caller's
// transaction.

base::Result<void> insert_request(db::Db& database, std::int64_t id, const RequestEvent& event);
/// A row that is not there is no error: it was dropped.
base::Result<void> amend_request(db::Db& database, std::int64_t id, const Amendment& amendment);
/// A job that is there keeps its earlier start and what `job` does not know.
base::Result<void> upsert_job(db::Db& database, const Job& job);
base::Result<void> insert_image_content(db::Db& database, const ImageContent& content);
base::Result<void> add_prefetch(db::Db& database, std::string_view job_id, std::string_view digest,
                                std::uint64_t bytes_fetched);

/// "SELECT id, provider, ... FROM job j": append WHERE and ORDER BY; read_job() reads its rows.
std::string_view select_job();
Job read_job(const db::Statement& row);

}  // namespace ecrelay::stats
