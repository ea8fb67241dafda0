#include "net/range.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace ecrelay::net {
namespace {

using Kind = ByteRange::Kind;

struct Case {
  std::string field;
  std::uint64_t size;
  Kind kind;
  std::uint64_t offset;
  std::uint64_t length;
};

TEST(ChooseRange, FollowsRfc9110) {
  const Case cases[] = {
      // A closed range.
      {"bytes=0-0", 500, Kind::Part, 0, 1},
      {"bytes=0-499", 500, Kind::Part, 0, 500},
      {"bytes=100-199", 500, Kind::Part, 100, 100},
      {"bytes=499-499", 500, Kind::Part, 499, 1},
      // An end past the last byte is clamped: clients resume with SIZE instead of SIZE - 1.
      {"bytes=400-500", 500, Kind::Part, 400, 100},
      {"bytes=400-9999", 500, Kind::Part, 400, 100},
      {"bytes=0-18446744073709551615", 500, Kind::Part, 0, 500},
      // Open.
      {"bytes=0-", 500, Kind::Part, 0, 500},
      {"bytes=499-", 500, Kind::Part, 499, 1},
      // Past the end.
      {"bytes=500-", 500, Kind::Unsatisfiable, 0, 0},
      {"bytes=1000-", 500, Kind::Unsatisfiable, 0, 0},
      {"bytes=500-600", 500, Kind::Unsatisfiable, 0, 0},
      {"bytes=18446744073709551615-", 500, Kind::Unsatisfiable, 0, 0},
      // A suffix; longer than all means all of it, of no bytes cannot be satisfied.
      {"bytes=-1", 500, Kind::Part, 499, 1},
      {"bytes=-500", 500, Kind::Part, 0, 500},
      {"bytes=-9999", 500, Kind::Part, 0, 500},
      {"bytes=-0", 500, Kind::Unsatisfiable, 0, 0},
      // An empty representation has no byte to give.
      {"bytes=0-", 0, Kind::Unsatisfiable, 0, 0},
      {"bytes=-5", 0, Kind::Unsatisfiable, 0, 0},
      // Units have no case; white space around the set is harmless.
      {"Bytes=1-2", 500, Kind::Part, 1, 2},
      {"bytes= 1-2 ", 500, Kind::Part, 1, 2},
      // Several ranges may be ignored (14.2); so must what is no range.
      {"bytes=0-1,5-6", 500, Kind::Whole, 0, 500},
      {"bytes=0-1,", 500, Kind::Whole, 0, 500},
      {"", 500, Kind::Whole, 0, 500},
      {"bytes", 500, Kind::Whole, 0, 500},
      {"bytes=", 500, Kind::Whole, 0, 500},
      {"bytes=-", 500, Kind::Whole, 0, 500},
      {"bytes=5", 500, Kind::Whole, 0, 500},
      {"bytes=9-5", 500, Kind::Whole, 0, 500},
      {"bytes=1-2-3", 500, Kind::Whole, 0, 500},
      {"bytes=--5", 500, Kind::Whole, 0, 500},
      {"bytes=+1-2", 500, Kind::Whole, 0, 500},
      {"bytes=0x1-0x2", 500, Kind::Whole, 0, 500},
      {"bytes=a-b", 500, Kind::Whole, 0, 500},
      {"bytes=1-b", 500, Kind::Whole, 0, 500},
      {"bytes=18446744073709551616-", 500, Kind::Whole, 0, 500},
      {"seconds=1-2", 500, Kind::Whole, 0, 500},
      {"bytes =1-2", 500, Kind::Part, 1, 2},
  };

  for (const auto& c : cases) {
    SCOPED_TRACE(c.field + " of " + std::to_string(c.size));
    const auto range = choose_range(c.field, c.size);
    EXPECT_EQ(range.kind, c.kind);
    EXPECT_EQ(range.offset, c.offset);
    EXPECT_EQ(range.length, c.length);
  }
}

TEST(ByteRange, NamesItsStatusAndContentRange) {
  const ByteRange part{Kind::Part, 10, 5};
  const ByteRange none{Kind::Unsatisfiable, 0, 0};

  EXPECT_EQ(ByteRange{}.status(), 200);
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part.content_range(500), "bytes 10-14/500");
  EXPECT_EQ(none.status(), 416);
  EXPECT_EQ(none.content_range(500), "bytes */500");
}

}  // namespace
}  // namespace ecrelay::net
