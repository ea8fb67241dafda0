#include "base/units.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ecrelay::base {
namespace {

using std::chrono::milliseconds;

TEST(ParseSize, KnowsPowersOf1024AndOf1000) {
  const std::vector<std::pair<std::string, std::uint64_t>> cases = {
      {"0", 0},
      {"4096", 4096},
      {"1B", 1},
      {"20GiB", std::uint64_t{20} << 30},
      {"512MiB", std::uint64_t{512} << 20},
      {"1.5TB", 1500000000000},
      {"1.5 GiB", 1610612736},
      {" 2kib ", 2048},
      {"1KB", 1000},
  };

  for (const auto& [text, bytes] : cases) {
    const auto size = parse_size(text);

    ASSERT_TRUE(size.ok()) << text;
    EXPECT_EQ(*size, bytes) << text;
  }
}

TEST(ParseSize, RefusesTheRest) {
  for (const auto* text :
       {"", "GiB", "-1", "1.2.3GiB", "1PiB", "1 GiBx", "1e3", ".5GiB", "nan", "99999999999TiB"}) {
    EXPECT_FALSE(parse_size(text).ok()) << text;
  }
}

TEST(ParseDuration, NeedsAUnitExceptForZero) {
  const std::vector<std::pair<std::string, milliseconds>> cases = {
      {"0", milliseconds(0)},          {"500ms", milliseconds(500)},
      {"60s", milliseconds(60000)},    {"1.5s", milliseconds(1500)},
      {"10m", milliseconds(600000)},   {"24h", milliseconds(86400000)},
      {"7d", milliseconds(604800000)},
  };

  for (const auto& [text, duration] : cases) {
    const auto parsed = parse_duration(text);

    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, duration) << text;
  }
  for (const auto* text : {"", "60", "s", "-1s", "1S", "1 year", "1s2", "999999999999999d"}) {
    EXPECT_FALSE(parse_duration(text).ok()) << text;
  }
}

TEST(FormatBytes, ChoosesAUnit) {
  const std::vector<std::pair<std::int64_t, std::string>> cases = {
      {0, "0 B"},
      {1023, "1023 B"},
      {1536, "1.5 KiB"},
      {-2048, "-2.0 KiB"},
      {std::int64_t{20} << 30, "20.0 GiB"},
      {std::int64_t{5000} << 40, "5000.0 TiB"},
  };

  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(format_bytes(bytes), text);
  }
}

TEST(FormatDuration, ChoosesAUnit) {
  using std::chrono::microseconds;

  EXPECT_EQ(format_duration(microseconds(850)), "850 us");
  EXPECT_EQ(format_duration(microseconds(12345)), "12 ms");
  EXPECT_EQ(format_duration(microseconds(3400000)), "3.4 s");
  EXPECT_EQ(format_duration(microseconds(125000000)), "2 min 5 s");
}

TEST(FormatUtc, IsIso8601) {
  EXPECT_EQ(format_utc(std::chrono::system_clock::time_point()), "1970-01-01T00:00:00Z");
}

TEST(Ratio, HasNoValueWithoutADenominator) {
  EXPECT_EQ((Ratio{4, 6}).str(), "66.7 % (4 / 6)");
  EXPECT_EQ((Ratio{-1, 4}).str(), "-25.0 % (-1 / 4)");
  EXPECT_EQ((Ratio{0, 0}).str(), "- (0 / 0)");
  EXPECT_FALSE((Ratio{0, 0}).defined());
}

}  // namespace
}  // namespace ecrelay::base
