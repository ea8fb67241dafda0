#pragma once

#include "base/clock.hpp"
#include "net/http_client.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::upstream {

/// The tries of one call to a registry: how many are left, by when its answer has to begin (all
/// tries share the time of one), and whether the token was renewed for it. Single-thread.
class Attempts {
 public:
  explicit Attempts(const UpstreamRegistry::Ask& ask);

  /// Of the next try: what is left of the time.
  [[nodiscard]] net::HttpLimits limits() const;
  /// Whether to try again after this failure; first waits a growing pause with jitter, which a stop
  /// ends.
  bool again_after(const Failure& failure);

  bool renewed = false;

 private:
  const base::Deadline deadline_;
  const std::stop_token stop_;
  int tries_ = 1;
};

}  // namespace ecrelay::upstream
