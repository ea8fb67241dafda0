#include <string>

#include "app/commands/commands.hpp"
#include "app/option_loading.hpp"
#include "app/running_relay.hpp"
#include "base/log.hpp"

namespace ecrelay::app {
namespace {

/// Looking at a job there has the relay put every row on disk.
bool flush_running_relay(const base::Path& state_folder, const base::Environment& environment) {
  const auto found = find_relay(state_folder);
  if (found.state != RelayState::Running) {
    return false;
  }
  auto client = client_of(found.record, state_folder, environment);
  if (const auto flushed = client.get("/api/v1/jobs/current");
      !flushed.ok() && flushed.error().code != base::ErrorCode::NotFound) {
    base::log_debug("the relay did not flush", {{"why", flushed.error().message}});
  }
  return true;
}

base::Result<stats::Report> wanted_report(const ReportRequest& request,
                                          const base::Path& state_folder, bool relay_runs) {
  if (request.job) {
    return read_report(state_folder, *request.job);
  }
  if (relay_runs) {
    auto current = read_report(state_folder, "current");
    if (current.ok() || current.error().code != base::ErrorCode::NotFound) {
      return current;
    }
  }
  return read_report(state_folder, "last");
}

}  // namespace

int report(const config::Flags& flags, const ReportRequest& request, const Console& console) {
  const auto state_folder = state_folder_of(flags, console);
  if (!state_folder) {
    return kWrongUsage;
  }
  const bool relay_runs = flush_running_relay(*state_folder, console.environment);
  const auto report = wanted_report(request, *state_folder, relay_runs);
  if (!report.ok()) {
    return console.fail("report", report.error());
  }
  const auto text = render(*report, request.format);
  if (request.output.empty()) {
    console.out << text;
    return kDone;
  }
  const auto written = base::write_file(request.output, text);
  return written.ok() ? kDone : console.fail("report", written.error());
}

}  // namespace ecrelay::app
