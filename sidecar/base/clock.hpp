#pragma once

#include <chrono>
#include <cstdint>

namespace ecrelay::base {

using Steady = std::chrono::steady_clock;
using Wall = std::chrono::system_clock;

/// The time, as a dependency: what decides by the time (freshness, expiry) takes a Clock, so that a
/// test can move it. Waiting on a condition uses real time and `Deadline`. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Steady::time_point steady() const = 0;
  [[nodiscard]] virtual Wall::time_point wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Steady::time_point steady() const override { return Steady::now(); }
  [[nodiscard]] Wall::time_point wall() const override { return Wall::now(); }
};

/// A point in real time by which something has to be done. Value type.
class Deadline {
 public:
  static Deadline after(std::chrono::nanoseconds wait) {
    return Deadline(Steady::now() + std::chrono::duration_cast<Steady::duration>(wait));
  }
  static Deadline at(Steady::time_point when) { return Deadline(when); }

  [[nodiscard]] Steady::time_point when() const { return when_; }
  [[nodiscard]] bool passed() const { return Steady::now() >= when_; }
  /// Never negative.
  [[nodiscard]] std::chrono::milliseconds left() const {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(when_ - Steady::now());
    return rest.count() > 0 ? rest : std::chrono::milliseconds(0);
  }
  [[nodiscard]] Deadline earlier(Deadline other) const {
    return when_ < other.when_ ? *this : other;
  }

 private:
  explicit Deadline(Steady::time_point when) : when_(when) {}
  Steady::time_point when_;
};

/// Microseconds since the Unix epoch, UTC: the form of every time in the databases and in JSON.
inline std::int64_t unix_micros(Wall::time_point time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

inline Wall::time_point from_unix_micros(std::int64_t micros) {
  return Wall::time_point(
      std::chrono::duration_cast<Wall::duration>(std::chrono::microseconds(micros)));
}

}  // namespace ecrelay::base
