#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "app/commands/commands.hpp"
#include "app/control_token.hpp"
#include "app/file_limit.hpp"
#include "app/http_api.hpp"
#include "app/option_loading.hpp"
#include "app/relay.hpp"
#include "app/relay_file.hpp"
#include "app/running_relay.hpp"
#include "app/state_lock.hpp"
#include "app/stop_signals.hpp"
#include "app/version.hpp"
#include "base/log.hpp"

namespace ecrelay::app {
namespace {

constexpr auto kDrainTime = std::chrono::seconds(8);
constexpr auto kLongWait = std::chrono::hours(24);

RelayRecord record_of(const Relay& relay) {
  const auto self = process_of(::getpid());
  return {self.value_or(ProcessIdentity{::getpid(), 0}), relay.instance(), relay.endpoint(),
          base::unix_micros(relay.started_at()), std::string(version())};
}

base::Result<RelayRecord> announce(const Relay& relay) {
  const auto& options = relay.options();
  auto record = record_of(relay);
  ECRELAY_TRY_VOID(write_relay_file(options.state_dir, record));
  if (options.ready_file) {
    ECRELAY_TRY_VOID(
        write_ready_file(*options.ready_file, record, control_token_path(options.state_dir)));
  }
  return record;
}

/// Until someone asks it to stop, or nothing was asked for as long as --idle-timeout says.
void serve_until_stopped(Relay& relay) {
  const auto idle_timeout = relay.options().idle_timeout;
  if (!idle_timeout) {
    while (!relay.wait_for_stop(base::Deadline::after(kLongWait))) {
    }
    return;
  }
  while (true) {
    const auto idle_end = relay.last_activity() + *idle_timeout;
    if (relay.wait_for_stop(base::Deadline::at(idle_end))) {
      return;
    }
    if (base::Steady::now() >= relay.last_activity() + *idle_timeout) {
      base::log_info("nothing was asked for, stopping");
      return;
    }
  }
}

base::Result<void> run(const config::ServeOptions& options, const Console& console) {
  ECRELAY_TRY(const auto lock, StateLock::take(options.state_dir));
  StopSignals signals;
  ECRELAY_TRY(const auto relay, Relay::start(options, console.environment));
  ECRELAY_TRY_VOID(signals.watch([&relay = *relay](int number) {
    base::log_info("stopping", {{"signal", std::to_string(number)}});
    relay.request_stop();
  }));
  ECRELAY_TRY_VOID(serve_api(*relay, console.environment));
  ECRELAY_TRY(const auto record, announce(*relay));
  console.note("listening on " + relay->endpoint());
  serve_until_stopped(*relay);
  relay->drain(base::Deadline::after(kDrainTime));
  return remove_relay_file(options.state_dir, record.instance);
}

}  // namespace

int serve(const config::Flags& flags, const Console& console) {
  const auto loaded = load_options(flags, console.environment);
  if (loaded.options.show_config) {
    console.out << loaded.settings.describe();
  }
  if (!loaded.problems.empty()) {
    return console.refuse("serve", loaded.problems);
  }
  if (loaded.options.show_config) {
    return kDone;
  }
  if (const auto configured = base::configure_log(loaded.options.log); !configured.ok()) {
    return console.fail("serve", configured.error());
  }
  raise_file_limit(kNoFileLimit);
  const auto served = run(loaded.options, console);
  return served.ok() ? kDone : console.fail("serve", served.error());
}

}  // namespace ecrelay::app
