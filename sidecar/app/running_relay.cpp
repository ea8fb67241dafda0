#include "app/running_relay.hpp"

#include <chrono>
#include <string>

#include "app/control_token.hpp"
#include "base/secret.hpp"

namespace ecrelay::app {
namespace {

constexpr std::chrono::milliseconds kPatience{3000};

}  // namespace

FoundRelay find_relay(const base::Path& state_folder) {
  const auto record = read_relay_file(state_folder);
  if (!record.ok()) {
    const bool absent = record.error().code == base::ErrorCode::NotFound;
    return {absent ? RelayState::None : RelayState::Stale, {}};
  }
  RelayClient client(record->endpoint, base::Secret(), kPatience);
  const auto health = client.get_json("/healthz");
  if (health.ok() && health->get("instance").as_string() == record->instance) {
    return {RelayState::Running, *record};
  }
  // Another relay at that address proves that this one has left it.
  const bool answered_by_other = health.ok() && health->get("instance").as_string().has_value();
  const bool silent = !answered_by_other && is_alive(record->process);
  return {silent ? RelayState::Silent : RelayState::Stale, *record};
}

RelayClient client_of(const RelayRecord& record, const base::Path& state_folder,
                      const base::Environment& environment) {
  const auto token = read_control_token(state_folder, environment);
  return RelayClient(record.endpoint, token.ok() ? *token : base::Secret());
}

base::Error not_running(const FoundRelay& found, const base::Path& state_folder) {
  const auto folder = state_folder.string();
  switch (found.state) {
    case RelayState::Stale:
      return {base::ErrorCode::NotFound, "the relay of " + folder +
                                             " ended without a goodbye (killed, or the machine "
                                             "went down); ecrelay start begins a new one"};
    case RelayState::Silent:
      return {base::ErrorCode::Unavailable,
              "the relay of " + folder + " (pid " + std::to_string(found.record.process.pid) +
                  ") does not answer at " + found.record.endpoint + "; it may be stopping"};
    case RelayState::None:
    case RelayState::Running:
      break;
  }
  return {base::ErrorCode::NotFound,
          "no relay runs in " + folder + "; ecrelay start begins one (or give its --state-dir)"};
}

}  // namespace ecrelay::app
