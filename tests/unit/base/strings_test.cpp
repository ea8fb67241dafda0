#include "base/strings.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ecrelay::base {
namespace {

using Parts = std::vector<std::string>;

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split("a,b,,c", ','), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({"", "a"}, "/"), "/a");
  EXPECT_EQ(join({}, "/"), "");
}

TEST(Trim, TakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \r\n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Case, IsAsciiAlone) {
  EXPECT_EQ(lower("AbZ-\xc3\x84"), "abz-\xc3\x84");
  EXPECT_EQ(upper("aBz9"), "ABZ9");
  EXPECT_TRUE(equals_ignoring_case("Host", "hOST"));
  EXPECT_FALSE(equals_ignoring_case("Host", "Hosts"));
  EXPECT_TRUE(contains_ignoring_case("Your Authorization Token", "authorization token"));
  EXPECT_FALSE(contains_ignoring_case("abc", "abd"));
}

TEST(ParseUint, TakesDigitsAlone) {
  EXPECT_EQ(parse_uint("0"), 0U);
  EXPECT_EQ(parse_uint("18446744073709551615"), UINT64_MAX);
  for (const auto* bad : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
    EXPECT_EQ(parse_uint(bad), std::nullopt) << bad;
  }
}

TEST(PercentEncode, KeepsUnreservedAndWhatItIsTold) {
  EXPECT_EQ(percent_encode("aZ09-_.~"), "aZ09-_.~");
  EXPECT_EQ(percent_encode("/a b+%\xe1", "/"), "/a%20b%2B%25%E1");
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  EXPECT_EQ(percent_decode("a%2Fb%2fc+"), "a/b/c+");
  EXPECT_EQ(percent_decode("%41"), "A");
  for (const auto* bad : {"%", "%4", "a%4", "%zz", "%4g"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}

TEST(Base64, GoesBothWays) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"AWS:p\xff", "QVdTOnD/"},
  };

  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
  for (const auto* bad : {"Zg", "Zg=", "Z$==", "Zm9v\n"}) {
    EXPECT_EQ(base64_decode(bad), std::nullopt) << bad;
  }
}

TEST(Hex, IsLowerCase) {
  const std::vector<std::uint8_t> bytes = {0x00, 0xab, 0xff};

  EXPECT_EQ(to_hex(bytes), "00abff");
  EXPECT_EQ(lower_hex_value('f'), 15);
  EXPECT_EQ(lower_hex_value('F'), -1);
}

TEST(Printable, HidesControlCharactersAndCuts) {
  EXPECT_EQ(printable("a\r\nb\x7f"), "a??b?");
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(printable(std::string(201, 'x')), std::string(200, 'x') + "...");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace ecrelay::base
