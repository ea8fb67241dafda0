#pragma once

#include <signal.h>

#include <functional>
#include <thread>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace ecrelay::app {

/// Takes SIGTERM and SIGINT for a clean stop. Make it before any other thread, so that all inherit
/// the blocked signals; what comes before watch() waits for it. The destructor gives the mask back
/// as it was. Single-thread; one at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The first signal calls `on_stop` with its number, on a thread of its own; a second one ends
  /// the process at once with 128+N. Call once. Io where the kernel has no descriptors left.
  base::Result<void> watch(std::function<void(int number)> on_stop);

 private:
  void run(const std::function<void(int)>& on_stop) const;

  sigset_t mask_before_{};
  base::UniqueFd signals_;
  base::UniqueFd end_;
  std::thread thread_;
};

}  // namespace ecrelay::app
