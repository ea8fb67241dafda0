#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/result.hpp"
#include "stats/job.hpp"

namespace ecrelay::stats {

/// The job that this process runs in, by the variables of GitHub Actions, GitLab CI or Jenkins
/// (documented by each), else a local one with an id of its own. Pure but for the local id. GitHub
/// does not tell the legs of a matrix apart in variables: the id of the runner's own process
/// tracking, which is drawn anew for each job, stands in as the key.
Job job_from_environment(const base::Environment& environment, const base::Clock& clock);

/// `--job`: "none" is no job; "auto" is job_from_environment(); "key=linux,name=build" is that with
/// those columns of `job` put over it. Two jobs that differ in a column which tells jobs apart have
/// different ids, unless `id=` is given. InvalidArgument for an unknown column or a bad id.
base::Result<std::optional<Job>> job_from_option(std::string_view option,
                                                 const base::Environment& environment,
                                                 const base::Clock& clock);

/// Sets one text column by its name. InvalidArgument for an unknown column or a bad id.
base::Result<void> set_job_field(Job& job, std::string_view name, std::string_view value);

}  // namespace ecrelay::stats
