#pragma once

#include <utility>

#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace ecrelay::app {

/// Held by the one process that writes a state directory (stats.db has one writer); given up by its
/// end, however it ends. Move-only.
class StateLock {
 public:
  /// Makes the directory. AlreadyExists while another process holds the lock.
  static base::Result<StateLock> take(const base::Path& state_folder);

 private:
  explicit StateLock(base::UniqueFd fd) : fd_(std::move(fd)) {}
  base::UniqueFd fd_;
};

}  // namespace ecrelay::app
