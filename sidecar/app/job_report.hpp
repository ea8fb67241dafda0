#pragma once

#include <string>
#include <string_view>

#include "app/relay.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "db/db.hpp"
#include "stats/report.hpp"

namespace ecrelay::app {

enum class ReportFormat { Table, Markdown, Json };

/// InvalidArgument lists the words.
base::Result<ReportFormat> parse_report_format(std::string_view text);
/// "text/markdown; charset=utf-8"
std::string_view content_type_of(ReportFormat format);
/// Ends in a newline.
std::string render(const stats::Report& report, ReportFormat format);

/// stats.db for reading; where nothing was recorded yet, NotFound says where it was looked for.
base::Result<db::Db> open_statistics(const base::Path& state_folder);

/// From stats.db, whether a relay runs or not. `job` is an id, "current" or "last".
base::Result<stats::Report> read_report(const base::Path& state_folder, std::string_view job);

/// Of a relay in this process, complete to this moment. Where stats.db is of no use, the totals in
/// memory and that as a problem. NotFound for a job that was never opened.
base::Result<stats::Report> live_report(Relay& relay, std::string_view job);

}  // namespace ecrelay::app
