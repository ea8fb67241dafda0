#include "base/timestamps.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ecrelay::base {
namespace {

Wall::time_point at(std::int64_t seconds) {
  return Wall::time_point(std::chrono::seconds(seconds));
}

TEST(ParseIso8601, TakesFractionsAndOffsets) {
  const std::vector<std::pair<std::string, std::int64_t>> cases = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-01-02T03:04:05Z", 1767323045},
      {"2026-01-02T03:04:05.678901Z", 1767323045},
      {"2026-01-02T03:04:05+00:00", 1767323045},
      {"2026-01-02T05:34:05+02:30", 1767323045},
      {"2026-01-01T22:04:05-05:00", 1767323045},
      {"2024-02-29T00:00:00Z", 1709164800},
  };

  for (const auto& [text, seconds] : cases) {
    EXPECT_EQ(parse_iso8601(text), at(seconds)) << text;
  }
}

TEST(ParseIso8601, RefusesTheRest) {
  for (const auto* text :
       {"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-13-02T03:04:05Z",
        "2026-02-30T03:04:05Z", "2025-02-29T03:04:05Z", "2026-01-02T24:04:05Z",
        "2026-01-02T03:60:05Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0200",
        "2026-01-02T03:04:05Zx", "+026-01-02T03:04:05Z", "2026-1-02T03:04:05Z", "1767323045"}) {
    EXPECT_FALSE(parse_iso8601(text).has_value()) << text;
  }
}

TEST(ParseHttpDate, TakesTheFormThatServersMustSend) {
  EXPECT_EQ(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT"), at(1767323045));
  for (const auto* text : {"", "Fri, 02 Jan 2026 03:04:05", "Fri, 2 Jan 2026 03:04:05 GMT",
                           "Fri, 02 Foo 2026 03:04:05 GMT", "Friday, 02-Jan-26 03:04:05 GMT",
                           "Fri, 02 Jan 2026 03:04:05 GMT+1", "Fri, 32 Jan 2026 03:04:05 GMT"}) {
    EXPECT_FALSE(parse_http_date(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace ecrelay::base
