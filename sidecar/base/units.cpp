#include "base/units.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>

#include "base/strings.hpp"

namespace ecrelay::base {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

/// Splits "1.5GiB" into 1.5 and "GiB"; nothing if there is no number in front.
bool split_number(std::string_view text, double& number, std::string_view& unit) {
  std::size_t end = 0;
  bool dot = false;
  while (end < text.size() &&
         ((text[end] >= '0' && text[end] <= '9') || (!dot && text[end] == '.'))) {
    dot = dot || text[end] == '.';
    ++end;
  }
  if (end == 0 || text[0] == '.' || end > 18) {
    return false;
  }
  number = std::strtod(std::string(text.substr(0, end)).c_str(), nullptr);
  unit = trim(text.substr(end));
  return true;
}

std::string formatted(const char* format, double value) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  static constexpr std::array<Unit, 10> kUnits = {{{"", 1},
                                                   {"B", 1},
                                                   {"KiB", 1024.0},
                                                   {"MiB", 1048576.0},
                                                   {"GiB", 1073741824.0},
                                                   {"TiB", 1099511627776.0},
                                                   {"KB", 1e3},
                                                   {"MB", 1e6},
                                                   {"GB", 1e9},
                                                   {"TB", 1e12}}};
  double number = 0;
  std::string_view unit;
  if (split_number(trim(text), number, unit)) {
    for (const auto& candidate : kUnits) {
      if (equals_ignoring_case(unit, candidate.name) && number * candidate.factor < 9e18) {
        return static_cast<std::uint64_t>(number * candidate.factor);
      }
    }
  }
  return Error{ErrorCode::InvalidArgument,
               "'" + printable(text) + "' is not a size; write it as 512MiB, 20GiB or 1.5TB"};
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<Unit, 5> kUnits = {
      {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};
  double number = 0;
  std::string_view unit;
  if (split_number(trim(text), number, unit)) {
    if (unit.empty() && number == 0) {
      return std::chrono::milliseconds(0);
    }
    for (const auto& candidate : kUnits) {
      if (unit == candidate.name && number * candidate.factor < 1e15) {
        return std::chrono::milliseconds(std::llround(number * candidate.factor));
      }
    }
  }
  return Error{
      ErrorCode::InvalidArgument,
      "'" + printable(text) + "' is not a duration; write it as 500ms, 60s, 10m, 24h or 7d"};
}

std::string format_bytes(std::int64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = std::abs(static_cast<double>(bytes));
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return std::string(bytes < 0 ? "-" : "") + formatted(unit == 0 ? "%.0f" : "%.1f", value) + " " +
         kUnits[unit];
}

std::string format_duration(std::chrono::microseconds duration) {
  const auto micros = duration.count();
  if (micros < 1000) {
    return std::to_string(micros) + " us";
  }
  if (micros < 1'000'000) {
    return std::to_string(micros / 1000) + " ms";
  }
  const auto seconds = micros / 1'000'000;
  if (seconds < 60) {
    return formatted("%.1f s", static_cast<double>(micros) / 1e6);
  }
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

std::string format_utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> buffer{};
  std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return buffer.data();
}

std::string Ratio::percent() const {
  if (!defined()) {
    return "-";
  }
  return formatted("%.1f %%",
                   100.0 * static_cast<double>(numerator) / static_cast<double>(denominator));
}

std::string Ratio::str() const {
  return percent() + " (" + std::to_string(numerator) + " / " + std::to_string(denominator) + ")";
}

}  // namespace ecrelay::base
