#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/option_loading.hpp"
#include "app/running_relay.hpp"
#include "base/clock.hpp"
#include "base/strings.hpp"
#include "process/detached.hpp"
#include "process/running_child.hpp"

namespace ecrelay::app {
namespace {

constexpr auto kStartTime = std::chrono::seconds(10);
constexpr auto kLook = std::chrono::milliseconds(20);
constexpr std::size_t kShownLines = 10;

std::vector<std::string> serve_command(const config::Flags& flags) {
  std::vector<std::string> argv = {"/proc/self/exe", "serve"};
  for (const auto& [name, value] : flags) {
    const auto* option = config::find_option(name);
    const bool is_switch = option != nullptr && option->kind == config::OptionKind::Switch;
    argv.push_back("--" + name + (is_switch ? "" : "=" + value));
  }
  return argv;
}

/// What the relay wrote since it was started, its last lines.
std::string log_since(const base::Path& log_file, std::uintmax_t offset) {
  const auto text = base::read_file(log_file);
  if (!text.ok() || text->size() <= offset) {
    return {};
  }
  const auto written = std::string(base::trim(std::string_view(*text).substr(offset)));
  auto lines = base::split(written, '\n');
  if (lines.size() > kShownLines) {
    lines.erase(lines.begin(), lines.end() - kShownLines);
  }
  return base::join(lines, "\n");
}

/// A relay that was just spawned, from its pid to its first look at credentials and rules.
class Starting {
 public:
  Starting(pid_t pid, const base::Path& state_folder, const base::Environment& environment)
      : pid_(pid), state_folder_(state_folder), environment_(environment) {}

  /// Its record once it is bound. Unavailable if it ended, Timeout if it is not there in time.
  base::Result<RelayRecord> wait_bound(base::Deadline deadline) const {
    while (!deadline.passed()) {
      const auto record = read_relay_file(state_folder_);
      if (record.ok() && record->process.pid == pid_) {
        return record;
      }
      ECRELAY_TRY(const auto end, process::reap_if_ended(pid_));
      if (end) {
        return base::Error{
            base::ErrorCode::Unavailable,
            "the relay ended at once, with exit code " + std::to_string(end->shell_code())};
      }
      std::this_thread::sleep_for(kLook);
    }
    return base::Error{base::ErrorCode::Timeout,
                       "the relay did not come up within 10 s (pid " + std::to_string(pid_) + ")"};
  }

  /// Why it is not ready once it has looked, or at the deadline; empty if it is.
  std::string wait_looked(const RelayRecord& record, base::Deadline deadline) const {
    auto client = client_of(record, state_folder_, environment_);
    std::string reason = "the first look at credentials and rules has not ended yet";
    while (!deadline.passed()) {
      const auto answer = client.ask("/readyz");
      const auto json = answer.ok() ? stats::Json::parse(answer->body) : answer.error();
      if (json.ok() && json->get("ready").as_bool().value_or(false)) {
        return {};
      }
      if (json.ok() && json->get("looked").as_bool().value_or(false)) {
        return json->get("reason").as_string().value_or("it does not say why");
      }
      std::this_thread::sleep_for(kLook);
    }
    return reason;
  }

 private:
  const pid_t pid_;
  const base::Path& state_folder_;
  const base::Environment& environment_;
};

std::uintmax_t size_of(const base::Path& file) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(file, absent);
  return absent ? 0 : size;
}

int begin(const config::Flags& flags, const base::Path& state_folder, const Console& console) {
  const auto log_file = state_folder / "relay.log";
  const auto logged_before = size_of(log_file);
  const auto pid = process::spawn_detached(serve_command(flags), log_file, {});
  if (!pid.ok()) {
    return console.fail("start", pid.error());
  }
  const auto deadline = base::Deadline::after(kStartTime);
  const Starting starting(*pid, state_folder, console.environment);
  const auto record = starting.wait_bound(deadline);
  if (!record.ok()) {
    const auto log = log_since(log_file, logged_before);
    return console.fail("start", record.error().message + "; its log, " + log_file.string() +
                                     (log.empty() ? ", is empty" : ", ends:\n" + log));
  }
  const auto not_ready = starting.wait_looked(*record, deadline);
  if (!not_ready.empty()) {
    console.note("not ready: " + not_ready + "; what ECR cannot serve is asked for elsewhere");
  }
  console.out << record->endpoint << std::endl;
  return kDone;
}

}  // namespace

int start(const config::Flags& flags, const Console& console) {
  const auto loaded = load_options(flags, console.environment);
  if (!loaded.problems.empty()) {
    return console.refuse("start", loaded.problems);
  }
  const base::Path state_folder = loaded.options.state_dir;
  const auto found = find_relay(state_folder);
  if (found.state == RelayState::Running) {
    return console.fail("start", "a relay of " + state_folder.string() + " runs already, at " +
                                     found.record.endpoint + " (pid " +
                                     std::to_string(found.record.process.pid) +
                                     "); ecrelay stop ends it");
  }
  if (found.state == RelayState::Silent) {
    return console.fail("start", not_running(found, state_folder));
  }
  if (const auto made = base::make_folders(state_folder); !made.ok()) {
    return console.fail("start", made.error());
  }
  return begin(flags, state_folder, console);
}

}  // namespace ecrelay::app
