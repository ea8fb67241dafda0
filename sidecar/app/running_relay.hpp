#pragma once

#include "app/relay_client.hpp"
#include "app/relay_file.hpp"
#include "base/environment.hpp"
#include "base/file_ops.hpp"

namespace ecrelay::app {

enum class RelayState {
  None,     ///< no relay.json
  Stale,    ///< its process is gone, or another relay answers at its address
  Silent,   ///< its process is there, but does not answer
  Running,  ///< it answers as the instance that relay.json names
};

struct FoundRelay {
  RelayState state = RelayState::None;
  RelayRecord record;
};

/// The relay of a state directory: asks the address in relay.json who answers there, so that a
/// relay of another container (other pids) that shares the directory is found too. Takes 4 s at
/// most.
FoundRelay find_relay(const base::Path& state_folder);

/// To speak to the relay of that record with the state directory's control token.
RelayClient client_of(const RelayRecord& record, const base::Path& state_folder,
                      const base::Environment& environment);

/// "no relay runs in DIR; ecrelay start begins one", or what else is the matter; for a state that
/// is not Running.
base::Error not_running(const FoundRelay& found, const base::Path& state_folder);

}  // namespace ecrelay::app
