#include "stats/queries.hpp"

#include <array>

#include "base/strings.hpp"
#include "db/statement.hpp"
#include "stats/outcome.hpp"
#include "stats/rows.hpp"

namespace ecrelay::stats {
namespace {

struct Grouping {
  GroupBy group;
  std::string_view word;
  std::string_view key;    // SQL over request r
  std::string_view joins;  // and image i, where it is needed
  std::string_view order;
};

constexpr std::string_view kBySize = "count(*) DESC, 1";

constexpr std::array<Grouping, 6> kGroupings = {{
    {GroupBy::Job, "job", "r.job_id", "", "max(r.at) DESC, 1"},
    {GroupBy::Repository, "repository", "r.registry || '/' || r.repository", "", kBySize},
    {GroupBy::Image, "image",
     "i.registry || '/' || i.repository || "
     "CASE WHEN instr(i.reference, ':') > 0 THEN '@' ELSE ':' END || i.reference",
     "LEFT JOIN image i ON i.id = r.image_id", kBySize},
    {GroupBy::Registry, "registry", "r.registry", "", kBySize},
    {GroupBy::Outcome, "outcome", "r.outcome", "", ""},
    {GroupBy::Day, "day", "date(r.at / 1000000, 'unixepoch')", "", "1"},
}};

const Grouping& grouping_of(GroupBy group) {
  return kGroupings[static_cast<std::size_t>(group)];
}

/// Outcomes in the order of the enum, not of the alphabet.
std::string outcome_order() {
  std::string sql = "CASE r.outcome";
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    sql += " WHEN '" + std::string(Words<Outcome>::kTable[i]) + "' THEN " + std::to_string(i);
  }
  return sql + " END";
}

std::string history_sql(const Grouping& grouping) {
  const std::string order = grouping.order.empty() ? outcome_order() : std::string(grouping.order);
  return "SELECT " + std::string(grouping.key) + ", " + std::string(totals_columns()) +
         " FROM request r " + std::string(grouping.joins) +
         " WHERE r.at >= ? GROUP BY 1 ORDER BY " + order;
}

base::Error no_such_job(std::string_view id) {
  if (id == "current") {
    return {base::ErrorCode::NotFound, "no job is open; --job last is the latest one"};
  }
  if (id == "last") {
    return {base::ErrorCode::NotFound, "no job has been recorded yet"};
  }
  return {base::ErrorCode::NotFound,
          "no job '" + base::printable(id) + "' has been recorded; ecrelay job list shows them"};
}

}  // namespace

base::Result<std::vector<Job>> list_jobs(db::Db& database, std::size_t limit) {
  ECRELAY_TRY(auto statement, database.prepare(std::string(select_job()) +
                                               "ORDER BY j.started_at DESC, j.rowid DESC LIMIT ?"));
  statement.bind_unsigned(1, limit);
  std::vector<Job> jobs;
  while (true) {
    ECRELAY_TRY(const bool row, statement.step());
    if (!row) {
      return jobs;
    }
    jobs.push_back(read_job(statement));
  }
}

base::Result<Job> find_job(db::Db& database, std::string_view id) {
  std::string sql(select_job());
  if (id == "current") {
    sql += "WHERE j.status = 'open' ";
  } else if (id != "last") {
    sql += "WHERE j.id = ?1 ";
  }
  ECRELAY_TRY(auto statement,
              database.prepare(sql + "ORDER BY j.started_at DESC, j.rowid DESC LIMIT 1"));
  if (id != "current" && id != "last") {
    statement.bind(1, id);
  }
  ECRELAY_TRY(const bool row, statement.step());
  if (!row) {
    return no_such_job(id);
  }
  return read_job(statement);
}

base::Result<GroupBy> parse_group_by(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& grouping : kGroupings) {
    if (grouping.word == text) {
      return grouping.group;
    }
    words.emplace_back(grouping.word);
  }
  return base::Error{base::ErrorCode::InvalidArgument, "cannot group by '" + base::printable(text) +
                                                           "', only by " + base::join(words, ", ")};
}

std::string_view to_string(GroupBy group) {
  return grouping_of(group).word;
}

std::string_view totals_columns() {
  static const std::string kColumns = [] {
    std::string sql;
    for (const auto outcome : Words<Outcome>::kTable) {
      sql += "count(*) FILTER (WHERE r.outcome = '" + std::string(outcome) + "'), ";
    }
    return sql + "coalesce(sum(r.bytes_served), 0), coalesce(sum(r.bytes_fetched), 0)";
  }();
  return kColumns;
}

Totals read_totals(const db::Statement& row, int first_column) {
  Totals totals;
  int column = first_column;
  for (auto& count : totals.outcomes) {
    count = row.unsigned_integer(column++);
  }
  totals.bytes_served = row.unsigned_integer(column++);
  totals.bytes_fetched = row.unsigned_integer(column);
  return totals;
}

base::Result<std::vector<HistoryRow>> history(db::Db& database, std::int64_t since, GroupBy group) {
  ECRELAY_TRY(auto statement, database.prepare(history_sql(grouping_of(group))));
  statement.bind(1, since);
  std::vector<HistoryRow> rows;
  while (true) {
    ECRELAY_TRY(const bool row, statement.step());
    if (!row) {
      return rows;
    }
    rows.push_back({statement.text(0), read_totals(statement, 1)});
  }
}

}  // namespace ecrelay::stats
