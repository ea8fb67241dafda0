#pragma once

#include "stats/job.hpp"
#include "stats/json_document.hpp"
#include "stats/report.hpp"
#include "stats/totals.hpp"

namespace ecrelay::stats {

// The JSON that others read: sizes in bytes, times in microseconds UTC, ratios {"n":..,"d":..},
// what is not known null. Names are a contract.

Json report_json(const Report& report);
/// The columns of the table `job`.
Json job_json(const Job& job);
/// {"requests","outcomes":{..},"bytes_served","bytes_fetched","hit_ratio","byte_hit_ratio"}.
Json totals_json(const Totals& totals);

/// A job from the columns that are there (all may be absent); InvalidArgument for one of another
/// type than text, or an id that cannot be one. Times and status are not taken.
base::Result<Job> job_from_json(const Json& json);

}  // namespace ecrelay::stats
