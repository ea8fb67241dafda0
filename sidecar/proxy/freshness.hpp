#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace ecrelay::proxy {

/// How long a tag's digest is believed without asking (--freshness). Value type.
struct Freshness {
  enum class Kind { Duration, Always, Frozen };
  Kind kind = Kind::Duration;
  std::chrono::milliseconds duration{60000};

  [[nodiscard]] bool believes(base::Wall::time_point asked_at, base::Wall::time_point now) const {
    switch (kind) {
      case Kind::Frozen:
        return true;
      case Kind::Always:
        return false;
      case Kind::Duration:
        // A clock that went back must not make a tag fresh for ever.
        return asked_at <= now && now - asked_at < duration;
    }
    return false;
  }
};

}  // namespace ecrelay::proxy
