#pragma once

#include <cstdint>
#include <string>

#include "app/process_identity.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"

namespace ecrelay::app {

/// What relay.json in the state directory says of the relay that runs there. Value type.
struct RelayRecord {
  ProcessIdentity process;
  std::string instance;
  std::string endpoint;         ///< "http://127.0.0.1:5055"
  std::int64_t started_at = 0;  ///< microseconds UTC
  std::string version;

  bool operator==(const RelayRecord&) const = default;
};

base::Path relay_file_path(const base::Path& state_folder);

/// NotFound where no relay runs, or the last one ended well; Corrupt where it is not such a file.
base::Result<RelayRecord> read_relay_file(const base::Path& state_folder);
base::Result<void> write_relay_file(const base::Path& state_folder, const RelayRecord& record);
/// Leaves the file of another instance alone.
base::Result<void> remove_relay_file(const base::Path& state_folder, const std::string& instance);

/// --ready-file: pid, instance, endpoint, control_token_file.
base::Result<void> write_ready_file(const base::Path& path, const RelayRecord& record,
                                    const base::Path& control_token_file);

}  // namespace ecrelay::app
