#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::base {

/// "20GiB", "512MiB", "1.5GB", "4096" (bytes): KiB MiB GiB TiB are powers of 1024, KB MB GB TB
/// powers of 1000. InvalidArgument says what is accepted.
Result<std::uint64_t> parse_size(std::string_view text);

/// "60s", "1500ms", "10m", "24h", "7d"; a bare "0" is zero. InvalidArgument says what is accepted.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "0 B", "1023 B", "1.5 KiB", "20.0 GiB"; a minus sign in front where negative.
std::string format_bytes(std::int64_t bytes);

/// "850 us", "12 ms", "3.4 s", "2 min 5 s".
std::string format_duration(std::chrono::microseconds duration);

/// "2026-11-24T10:15:00Z".
std::string format_utc(std::chrono::system_clock::time_point time);

/// A ratio that is printed with what it was made of. With denominator 0 it has no value and prints
/// "-", never 0 % or NaN. The numerator may be negative (a byte hit ratio).
struct Ratio {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;

  [[nodiscard]] bool defined() const { return denominator != 0; }
  /// "66.7 %" or "-".
  [[nodiscard]] std::string percent() const;
  /// "66.7 % (4 / 6)" or "- (0 / 0)".
  [[nodiscard]] std::string str() const;
};

}  // namespace ecrelay::base
