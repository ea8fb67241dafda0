#include "net/headers.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace ecrelay::net {
namespace {

TEST(Headers, FindsAFieldWhateverItsCase) {
  const Headers headers{{"Content-Type", "text/plain"}};

  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_TRUE(headers.has("CONTENT-TYPE"));
  EXPECT_EQ(headers.get("Content-Typ"), std::nullopt);
}

TEST(Headers, JoinsEveryValueOfAName) {
  const Headers headers{{"Accept", "a/b"}, {"Host", "x"}, {"accept", "c/d"}};

  EXPECT_EQ(headers.joined("Accept"), "a/b, c/d");
  EXPECT_EQ(headers.get("Accept"), "a/b");
  EXPECT_EQ(headers.joined("Range"), "");
}

TEST(Headers, SetReplacesEveryFieldOfTheName) {
  Headers headers{{"A", "1"}, {"a", "2"}, {"B", "3"}};

  headers.set("A", "4");

  EXPECT_EQ(headers.joined("a"), "4");
  EXPECT_EQ(headers.get("B"), "3");
}

TEST(Headers, RemoveTakesEveryFieldOfTheName) {
  Headers headers{{"Cookie", "1"}, {"cookie", "2"}};

  headers.remove("COOKIE");

  EXPECT_TRUE(headers.empty());
}

}  // namespace
}  // namespace ecrelay::net
