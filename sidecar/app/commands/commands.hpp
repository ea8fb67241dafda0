#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/job_report.hpp"
#include "config/precedence.hpp"
#include "stats/outcome.hpp"
#include "stats/queries.hpp"
#include "stats/stats_output.hpp"

namespace ecrelay::app {

// The commands, one file each, after the command line was read: each takes what it was told, speaks
// through the console and gives the exit code. `flags` are options of the table of config/.

enum class ListFormat { Table, Json };

int serve(const config::Flags& flags, const Console& console);
int start(const config::Flags& flags, const Console& console);
int stop(const config::Flags& flags, const Console& console);
int status(const config::Flags& flags, ListFormat format, const Console& console);

/// Runs `command` as one job; see app/job_session.hpp for whose relay it uses.
int exec(const config::Flags& flags, const std::vector<std::string>& command,
         const Console& console);

enum class JobOpenFormat { Env, Json };
int job_open(const config::Flags& flags, JobOpenFormat format, const Console& console);
int job_close(const config::Flags& flags, const std::string& id, stats::JobStatus status,
              const Console& console);
int job_list(const config::Flags& flags, ListFormat format, const Console& console);

struct ReportRequest {
  std::optional<std::string> job;  ///< not set: the current one, else the last one
  ReportFormat format = ReportFormat::Table;
  std::string output;  ///< a file; empty: standard output
};
int report(const config::Flags& flags, const ReportRequest& request, const Console& console);

struct StatsRequest {
  std::chrono::milliseconds since = std::chrono::hours(24 * 7);
  stats::GroupBy by = stats::GroupBy::Job;
  stats::StatsFormat format = stats::StatsFormat::Table;
};
int show_stats(const config::Flags& flags, const StatsRequest& request, const Console& console);

int resolve(const config::Flags& flags, const std::vector<std::string>& references,
            ListFormat format, const Console& console);
int show_version(const Console& console);

}  // namespace ecrelay::app
