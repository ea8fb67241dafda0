#pragma once

#include <memory>
#include <string>

#include "app/console.hpp"
#include "base/result.hpp"
#include "config/precedence.hpp"
#include "config/validate.hpp"
#include "stats/job.hpp"
#include "stats/report.hpp"

namespace ecrelay::app {

/// One job at a relay, as `ecrelay exec` has it: either at the relay that runs in the state
/// directory, or at one of this process, which lives as long as the session. Single-thread.
class JobSession {
 public:
  virtual ~JobSession() = default;
  [[nodiscard]] virtual const std::string& endpoint() const = 0;
  [[nodiscard]] virtual const std::string& job_id() const = 0;
  /// Ends the job and gives its report, complete. Call once. A job that was open before the session
  /// (the one of the whole CI job) stays open.
  virtual base::Result<stats::Report> finish(stats::JobStatus status) = 0;
};

/// Opens the job, with a relay if need be, and waits at most 10 s for its first look at credentials
/// and rules; that it is not ready then is only noted.
base::Result<std::unique_ptr<JobSession>> open_job_session(const config::Loaded& loaded,
                                                           const Console& console);

/// The job that --job (or its variable, or the file) describes; `none` counts as `auto`, where
/// there has to be one. InvalidArgument as stats::job_from_option().
base::Result<stats::Job> job_of_settings(const config::Settings& settings,
                                         const base::Environment& environment);

}  // namespace ecrelay::app
