#include <signal.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/job_report.hpp"
#include "app/option_loading.hpp"
#include "app/running_relay.hpp"
#include "base/clock.hpp"

namespace ecrelay::app {
namespace {

constexpr auto kStopTime = std::chrono::seconds(12);
constexpr auto kLook = std::chrono::milliseconds(20);

/// Whether the relay's process is to be seen from here.
enum class Place { Here, Elsewhere };

/// By a signal to the very process that relay.json names.
base::Result<void> signal_to_stop(const RelayRecord& record) {
  if (!is_alive(record.process)) {
    return base::Error{base::ErrorCode::NotFound,
                       "no process here is that relay; is it in another container?"};
  }
  if (::kill(static_cast<pid_t>(record.process.pid), SIGTERM) != 0) {
    return base::errno_error("signalling pid " + std::to_string(record.process.pid), errno);
  }
  return {};
}

/// By the API, else by a signal.
base::Result<void> ask_to_stop(const FoundRelay& found, RelayClient& client) {
  if (found.state == RelayState::Running) {
    const auto asked = client.post("/api/v1/shutdown", stats::Json::object());
    if (asked.ok()) {
      return {};
    }
    const auto signalled = signal_to_stop(found.record);
    return signalled.ok() ? signalled : asked.error();
  }
  return signal_to_stop(found.record);
}

/// Until the process is gone; one that is not to be seen from here (in another container) until it
/// has removed relay.json, the last thing that a clean end does.
base::Result<void> wait_ended(const RelayRecord& record, Place place,
                              const base::Path& state_folder) {
  const auto ended = [&] {
    if (place == Place::Here) {
      return !is_alive(record.process);
    }
    const auto left = read_relay_file(state_folder);
    return !left.ok() || left->instance != record.instance;
  };
  const auto deadline = base::Deadline::after(kStopTime);
  while (!ended()) {
    if (deadline.passed()) {
      return base::Error{
          base::ErrorCode::Timeout,
          "the relay has not ended after 12 s; its pid is " + std::to_string(record.process.pid)};
    }
    std::this_thread::sleep_for(kLook);
  }
  return {};
}

std::string current_job(RelayClient& client) {
  const auto job = client.get_json("/api/v1/jobs/current");
  return job.ok() ? job->get("id").as_string().value_or("last") : "last";
}

void print_report(const base::Path& state_folder, const std::string& job, const Console& console) {
  if (console.verbosity == Verbosity::Quiet) {
    return;
  }
  const auto report = read_report(state_folder, job);
  if (report.ok()) {
    console.out << render(*report, ReportFormat::Table) << std::flush;
  } else if (report.error().code != base::ErrorCode::NotFound) {
    console.warn("report", report.error().message);
  }
}

}  // namespace

int stop(const config::Flags& flags, const Console& console) {
  const auto state_folder = state_folder_of(flags, console);
  if (!state_folder) {
    return kWrongUsage;
  }
  const auto found = find_relay(*state_folder);
  if (found.state == RelayState::None) {
    return console.fail("stop", not_running(found, *state_folder));
  }
  if (found.state == RelayState::Stale) {
    if (const auto removed = remove_relay_file(*state_folder, found.record.instance);
        !removed.ok()) {
      console.warn("stop", removed.error().message);
    }
    print_report(*state_folder, "last", console);
    return console.fail("stop", not_running(found, *state_folder));
  }
  auto client = client_of(found.record, *state_folder, console.environment);
  const auto job = found.state == RelayState::Running ? current_job(client) : "last";
  const auto place = is_alive(found.record.process) ? Place::Here : Place::Elsewhere;
  auto stopped = ask_to_stop(found, client);
  if (stopped.ok()) {
    stopped = wait_ended(found.record, place, *state_folder);
  }
  if (!stopped.ok()) {
    return console.fail("stop", stopped.error());
  }
  print_report(*state_folder, job, console);
  return kDone;
}

}  // namespace ecrelay::app
