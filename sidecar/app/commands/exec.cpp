#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "app/commands/commands.hpp"
#include "app/control_token.hpp"
#include "app/file_limit.hpp"
#include "app/job_session.hpp"
#include "app/option_loading.hpp"
#include "base/log.hpp"
#include "process/foreground.hpp"

namespace ecrelay::app {
namespace {

// The command inherits the limit, and some programs close or look at every number below it: enough
// for a relay's connections, not the million that containers may have.
constexpr std::uint64_t kFileLimit = 65536;

process::ChildEnvironment environment_of(const JobSession* session) {
  process::ChildEnvironment environment;
  environment.removed = {std::string(kControlTokenVariable)};
  if (session == nullptr) {
    environment.removed.insert(environment.removed.end(), {"ECRELAY_ENDPOINT", "ECRELAY_JOB_ID"});
  } else {
    environment.set = {{"ECRELAY_ENDPOINT", session->endpoint()},
                       {"ECRELAY_JOB_ID", session->job_id()}};
  }
  return environment;
}

std::unique_ptr<JobSession> session_or_warning(const config::Loaded& loaded,
                                               const Console& console) {
  auto session = open_job_session(loaded, console);
  if (session.ok()) {
    return std::move(*session);
  }
  console.warn("exec", session.error().message + "; the command runs without a relay");
  return nullptr;
}

void end_session(JobSession& session, int exit_code, const Console& console) {
  const auto status = exit_code == 0 ? stats::JobStatus::Success : stats::JobStatus::Failure;
  const auto report = session.finish(status);
  if (!report.ok()) {
    console.warn("report", report.error().message);
  } else if (console.verbosity == Verbosity::Normal) {
    console.err << render(*report, ReportFormat::Table) << std::flush;
  }
}

}  // namespace

int exec(const config::Flags& flags, const std::vector<std::string>& command,
         const Console& console) {
  const auto loaded = load_options(flags, console.environment);
  if (!loaded.problems.empty()) {
    return console.refuse("exec", loaded.problems);
  }
  if (const auto configured = base::configure_log(passing_log(loaded)); !configured.ok()) {
    console.warn("exec", configured.error().message);
  }
  raise_file_limit(kFileLimit);
  const auto session = session_or_warning(loaded, console);
  const auto ran = process::run_foreground(command, environment_of(session.get()));
  const int exit_code = ran.ok() ? *ran : process::shell_code_of(ran.error());
  if (!ran.ok()) {
    console.warn("exec", ran.error().message);
  }
  if (session != nullptr) {
    end_session(*session, exit_code, console);
  }
  return exit_code;
}

}  // namespace ecrelay::app
