#include <cstddef>
#include <string>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/job_session.hpp"
#include "app/option_loading.hpp"
#include "app/running_relay.hpp"
#include "base/clock.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"
#include "stats/report_json.hpp"
#include "stats/text_table.hpp"

namespace ecrelay::app {
namespace {

using stats::Align;
using stats::Json;

constexpr std::size_t kListed = 1000;

/// The running relay, for a command that needs one; else what to exit with.
template <typename Use>
int with_relay(const config::Flags& flags, const Console& console, const Use& use) {
  const auto state_folder = state_folder_of(flags, console);
  if (!state_folder) {
    return kWrongUsage;
  }
  const auto found = find_relay(*state_folder);
  if (found.state != RelayState::Running) {
    return console.fail("job", not_running(found, *state_folder));
  }
  auto client = client_of(found.record, *state_folder, console.environment);
  return use(client);
}

std::string jobs_table(const std::vector<stats::Job>& jobs) {
  stats::TextTable table({Align::Left, Align::Left, Align::Left, Align::Left, Align::Left});
  table.add({"ID", "STATUS", "STARTED", "PROJECT", "NAME"});
  for (const auto& job : jobs) {
    table.add({job.id, std::string(stats::word(job.status)),
               base::format_utc(base::from_unix_micros(job.started_at)),
               base::printable(job.project), base::printable(job.name)});
  }
  return table.str();
}

std::string jobs_json(const std::vector<stats::Job>& jobs) {
  Json list = Json::array();
  for (const auto& job : jobs) {
    list.push(stats::job_json(job));
  }
  return Json::object({{"jobs", list}}).dump(Json::Layout::Indented) + "\n";
}

base::Result<std::vector<stats::Job>> recorded_jobs(const base::Path& state_folder) {
  ECRELAY_TRY(auto database, open_statistics(state_folder));
  return stats::list_jobs(database, kListed);
}

}  // namespace

int job_open(const config::Flags& flags, JobOpenFormat format, const Console& console) {
  const auto settings = load_options(flags, console.environment).settings;
  const auto job = job_of_settings(settings, console.environment);
  if (!job.ok()) {
    console.warn("job open", "--job: " + job.error().message);
    return kWrongUsage;
  }
  return with_relay(flags, console, [&](RelayClient& client) {
    const auto opened = client.post("/api/v1/jobs", stats::job_json(*job));
    if (!opened.ok()) {
      return console.fail("job open", opened.error());
    }
    if (format == JobOpenFormat::Json) {
      console.out << opened->dump(Json::Layout::Indented) << '\n';
    } else {
      console.out << "ECRELAY_ENDPOINT=" << opened->get("endpoint").as_string().value_or("") << '\n'
                  << "ECRELAY_JOB_ID=" << opened->get("id").as_string().value_or("") << '\n';
    }
    return static_cast<int>(kDone);
  });
}

int job_close(const config::Flags& flags, const std::string& id, stats::JobStatus status,
              const Console& console) {
  return with_relay(flags, console, [&](RelayClient& client) {
    const auto closed = client.post("/api/v1/jobs/" + base::percent_encode(id) + "/close",
                                    Json::object({{"status", stats::word(status)}}));
    return closed.ok() ? kDone : console.fail("job close", closed.error());
  });
}

int job_list(const config::Flags& flags, ListFormat format, const Console& console) {
  const auto state_folder = state_folder_of(flags, console);
  if (!state_folder) {
    return kWrongUsage;
  }
  const auto jobs = recorded_jobs(*state_folder);
  if (!jobs.ok()) {
    return console.fail("job list", jobs.error());
  }
  console.out << (format == ListFormat::Json ? jobs_json(*jobs) : jobs_table(*jobs));
  return kDone;
}

}  // namespace ecrelay::app
