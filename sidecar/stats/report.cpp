#include "stats/report.hpp"

#include <utility>

#include "db/snapshot.hpp"
#include "db/statement.hpp"
#include "stats/queries.hpp"

namespace ecrelay::stats {
namespace {

base::Result<db::Statement> of_job(db::Db& database, std::string_view sql, const Job& job) {
  ECRELAY_TRY(auto statement, database.prepare(sql));
  statement.bind(1, job.id);
  return statement;
}

base::Result<Totals> read_totals_of(db::Db& database, const Job& job) {
  const auto sql =
      "SELECT " + std::string(totals_columns()) + " FROM request r WHERE r.job_id = ?1";
  ECRELAY_TRY(auto statement, of_job(database, sql, job));
  ECRELAY_TRY(const bool row, statement.step());
  return row ? read_totals(statement, 0) : Totals{};
}

base::Result<std::uint64_t> read_prefetched(db::Db& database, const Job& job) {
  ECRELAY_TRY(
      auto statement,
      of_job(database, "SELECT bytes_prefetched_unused FROM job_summary WHERE id = ?1", job));
  ECRELAY_TRY(const bool row, statement.step());
  return row ? statement.unsigned_integer(0) : std::uint64_t{0};
}

base::Result<std::vector<ImageFigures>> read_images(db::Db& database, const Job& job) {
  ECRELAY_TRY(auto row, of_job(database, R"sql(
SELECT registry, repository, reference, digest, outcome, ecr_cache, layers, layers_from_store,
  bytes, bytes_fetched, duration_us
FROM image_summary WHERE job_id = ?1 ORDER BY first_at, reference)sql",
                               job));
  std::vector<ImageFigures> images;
  while (true) {
    ECRELAY_TRY(const bool more, row.step());
    if (!more) {
      return images;
    }
    ImageFigures image{row.text(0),
                       row.text(1),
                       row.text(2),
                       row.text(3),
                       parse<Outcome>(row.text(4)),
                       parse<EcrCache>(row.text(5))};
    image.layers = row.unsigned_integer(6);
    image.layers_from_store = row.unsigned_integer(7);
    image.bytes = row.unsigned_integer(8);
    image.bytes_fetched = row.unsigned_integer(9);
    image.duration_us = row.integer(10);
    images.push_back(std::move(image));
  }
}

base::Result<std::vector<MissFigures>> read_misses(db::Db& database, const Job& job) {
  ECRELAY_TRY(auto row, of_job(database, R"sql(
SELECT r.registry, r.repository, coalesce(i.reference, r.reference), r.reason, r.detail,
  count(*), sum(r.bytes_fetched)
FROM request r LEFT JOIN image i ON i.id = r.image_id
WHERE r.job_id = ?1 AND r.outcome = 'miss'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 7 DESC, 6 DESC, 1, 2, 3, 4, 5)sql",
                               job));
  std::vector<MissFigures> misses;
  while (true) {
    ECRELAY_TRY(const bool more, row.step());
    if (!more) {
      return misses;
    }
    misses.push_back({row.text(0), row.text(1), row.text(2), parse<Reason>(row.text(3)),
                      row.text(4), row.unsigned_integer(5), row.unsigned_integer(6)});
  }
}

/// The reason that counts as a problem: the row's own, else the one that its detail begins with.
std::optional<Reason> trouble_in(std::string_view reason, std::string_view detail) {
  for (const auto text : {reason, detail.substr(0, detail.find(':'))}) {
    if (const auto parsed = parse<Reason>(text); parsed && is_problem(*parsed)) {
      return parsed;
    }
  }
  return std::nullopt;
}

base::Result<std::vector<Problem>> read_problems(db::Db& database, const Job& job) {
  ECRELAY_TRY(auto row, of_job(database, R"sql(
SELECT reason, outcome, registry, repository, min(detail), count(*) FROM request
WHERE job_id = ?1 AND outcome NOT IN ('hit', 'revalidated', 'joined')
GROUP BY reason, outcome, registry, repository,
  CASE WHEN instr(detail, ':') > 0 THEN substr(detail, 1, instr(detail, ':')) END
ORDER BY count(*) DESC, registry, repository, reason)sql",
                               job));
  std::vector<Problem> problems;
  while (true) {
    ECRELAY_TRY(const bool more, row.step());
    if (!more) {
      return problems;
    }
    const auto detail = row.text(4);
    if (const auto reason = trouble_in(row.text(0), detail)) {
      problems.push_back(problem_of({*reason, parse<Outcome>(row.text(1)).value_or(Outcome::Error),
                                     row.text(2), row.text(3), detail, row.unsigned_integer(5)}));
    }
  }
}

}  // namespace

std::string image_name(std::string_view registry, std::string_view repository,
                       std::string_view reference) {
  std::string name = std::string(registry) + "/" + std::string(repository);
  if (!reference.empty()) {
    const bool by_digest = reference.find(':') != std::string_view::npos;
    name += (by_digest ? "@" : ":") + std::string(reference);
  }
  return name;
}

base::Result<Report> make_report(db::Db& database, std::string_view id) {
  ECRELAY_TRY(const auto snapshot, db::Snapshot::begin(database));
  Report report;
  ECRELAY_TRY(report.job, find_job(database, id));
  ECRELAY_TRY(report.totals, read_totals_of(database, report.job));
  ECRELAY_TRY(report.bytes_prefetched_unused, read_prefetched(database, report.job));
  ECRELAY_TRY(report.images, read_images(database, report.job));
  ECRELAY_TRY(report.misses, read_misses(database, report.job));
  ECRELAY_TRY(report.problems, read_problems(database, report.job));
  return report;
}

Report make_report_without_database(Job job, const Totals& totals, std::string_view why) {
  Report report;
  report.job = std::move(job);
  report.totals = totals;
  report.problems.push_back({"the report has totals only, without images and misses",
                             std::string(why),
                             "see that the state directory can be written to and has room"});
  return report;
}

}  // namespace ecrelay::stats
