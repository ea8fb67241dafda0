#include "app/job_report.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "stats/report_json.hpp"
#include "stats/report_markdown.hpp"
#include "stats/report_table.hpp"
#include "stats/schema.hpp"

namespace ecrelay::app {
namespace {

constexpr auto kFlushTime = std::chrono::seconds(5);

struct Form {
  ReportFormat format;
  std::string_view word;
  std::string_view content_type;
};
constexpr std::array<Form, 3> kForms = {
    {{ReportFormat::Table, "table", "text/plain; charset=utf-8"},
     {ReportFormat::Markdown, "markdown", "text/markdown; charset=utf-8"},
     {ReportFormat::Json, "json", "application/json"}}};

void add_problem(stats::Report& report, const std::string& why) {
  report.problems.push_back({"the statistics are not complete", why,
                             "see that the state directory can be written to and has room"});
}

}  // namespace

base::Result<ReportFormat> parse_report_format(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& form : kForms) {
    if (form.word == text) {
      return form.format;
    }
    words.emplace_back(form.word);
  }
  return base::Error{
      base::ErrorCode::InvalidArgument,
      "a report has no form '" + base::printable(text) + "', only " + base::join(words, ", ")};
}

std::string_view content_type_of(ReportFormat format) {
  return kForms[static_cast<std::size_t>(format)].content_type;
}

std::string render(const stats::Report& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::Markdown:
      return stats::report_markdown(report);
    case ReportFormat::Json:
      return stats::report_json(report).dump(stats::Json::Layout::Indented) + "\n";
    case ReportFormat::Table:
      break;
  }
  return stats::report_table(report);
}

base::Result<db::Db> open_statistics(const base::Path& state_folder) {
  auto database = stats::open_for_reading(state_folder);
  if (!database.ok() && database.error().code == base::ErrorCode::NotFound) {
    return base::Error{
        base::ErrorCode::NotFound,
        "nothing has been recorded in " + state_folder.string() + " yet (or give its --state-dir)"};
  }
  return database;
}

base::Result<stats::Report> read_report(const base::Path& state_folder, std::string_view job) {
  ECRELAY_TRY(auto database, open_statistics(state_folder));
  return stats::make_report(database, job);
}

base::Result<stats::Report> live_report(Relay& relay, std::string_view job) {
  const auto known = job == "current" ? relay.jobs().current() : relay.jobs().find(job);
  const auto flushed = relay.recorder().flush(base::Deadline::after(kFlushTime));
  auto report = read_report(relay.options().state_dir, known ? known->id : job);
  const auto lost = relay.recorder().problem();
  if (report.ok()) {
    if (lost || !flushed.ok()) {
      add_problem(*report, lost.value_or(flushed.ok() ? "" : flushed.error().message));
    }
    return report;
  }
  if (!known) {
    return report;
  }
  return stats::make_report_without_database(*known, relay.recorder().totals(known->id),
                                             lost.value_or(report.error().message));
}

}  // namespace ecrelay::app
