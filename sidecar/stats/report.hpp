#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "db/db.hpp"
#include "stats/job.hpp"
#include "stats/outcome.hpp"
#include "stats/problems.hpp"
#include "stats/totals.hpp"

namespace ecrelay::stats {

/// "docker.io/library/node:20", "quay.io/x/y@sha256:...".
std::string image_name(std::string_view registry, std::string_view repository,
                       std::string_view reference);

/// An image that the job asked for: a row of the view image_summary.
struct ImageFigures {
  std::string registry;
  std::string repository;
  std::string reference;
  std::string digest;
  std::optional<Outcome> outcome;  ///< the worst of its manifests' requests
  std::optional<EcrCache> ecr_cache;
  std::uint64_t layers = 0;             ///< layers that the job asked for
  std::uint64_t layers_from_store = 0;  ///< those that were there already
  std::uint64_t bytes = 0;              ///< served: manifests, config, layers
  std::uint64_t bytes_fetched = 0;
  std::int64_t duration_us = 0;  ///< time with at least one of its requests under way

  [[nodiscard]] std::string name() const { return image_name(registry, repository, reference); }
};

/// Misses of one image (or of one repository, where the image is not known) for one reason.
struct MissFigures {
  std::string registry;
  std::string repository;
  std::string reference;
  std::optional<Reason> reason;
  std::string detail;
  std::uint64_t count = 0;
  std::uint64_t bytes_fetched = 0;
};

/// The figures of one job, made once; every output form prints these. Value type.
struct Report {
  Job job;
  Totals totals;
  std::uint64_t bytes_prefetched_unused = 0;
  std::vector<ImageFigures> images;  ///< in the order they were first asked for
  std::vector<MissFigures> misses;   ///< most bytes first
  std::vector<Problem> problems;
};

/// `id` as find_job() takes it. Reads one state of the database throughout.
base::Result<Report> make_report(db::Db& database, std::string_view id);

/// What can be told where stats.db is of no use: the totals in memory, and that as a problem.
Report make_report_without_database(Job job, const Totals& totals, std::string_view why);

}  // namespace ecrelay::stats
