#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "db/db.hpp"
#include "stats/job.hpp"
#include "stats/totals.hpp"

namespace ecrelay::stats {

// What the commands and the HTTP API ask of stats.db. `database` may be read-only.

/// Newest first.
base::Result<std::vector<Job>> list_jobs(db::Db& database, std::size_t limit);

/// By id; "current" is the open job that began last, "last" the job that began last. NotFound says
/// what there is to choose from.
base::Result<Job> find_job(db::Db& database, std::string_view id);

enum class GroupBy { Job, Repository, Image, Registry, Outcome, Day };
base::Result<GroupBy> parse_group_by(std::string_view text);
std::string_view to_string(GroupBy group);

struct HistoryRow {
  std::string key;
  Totals totals;
};

/// The requests since `since` (microseconds UTC), grouped; most requests first, days and outcomes
/// in their own order. By image, tag lists and blobs of no known image are one row with an empty
/// key.
base::Result<std::vector<HistoryRow>> history(db::Db& database, std::int64_t since, GroupBy group);

/// The columns that read_totals() reads, from a table or alias `r` of requests.
std::string_view totals_columns();
Totals read_totals(const db::Statement& row, int first_column);

}  // namespace ecrelay::stats
