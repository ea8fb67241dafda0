#include "stats/json_document.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ecrelay::stats {
namespace {

TEST(Json, PrintsMembersInTheirOrder) {
  auto json = Json::object({{"z", 1}, {"a", "text"}, {"yes", true}, {"none", Json()}});
  json.set("half", 0.5).set("list", Json::array({1, "two"}));

  EXPECT_EQ(json.dump(),
            R"({"z":1,"a":"text","yes":true,"none":null,"half":0.5,"list":[1,"two"]})");
}

TEST(Json, AnEmptyContainerStaysOne) {
  EXPECT_EQ(Json::object().dump(), "{}");
  EXPECT_EQ(Json::array().dump(), "[]");
  EXPECT_EQ(Json::array({Json::array()}).dump(), "[[]]");
  EXPECT_EQ(Json().dump(), "null");
}

TEST(Json, OptionalValuesAreNullWhereThereIsNone) {
  EXPECT_EQ(Json::optional(std::optional<int>()).dump(), "null");
  EXPECT_EQ(Json::optional(std::optional<int>(3)).dump(), "3");
  EXPECT_EQ(Json::text_or_null("").dump(), "null");
}

TEST(Json, ReadsWhatItPrints) {
  const auto json = Json::object({{"n", -3}, {"t", "x\n\"y\""}, {"l", Json::array({false})}});

  const auto parsed = Json::parse(json.dump(Json::Layout::Indented));

  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(*parsed == json);
  EXPECT_EQ(parsed->get("n").as_int(), -3);
  EXPECT_EQ(parsed->get("t").as_string(), "x\n\"y\"");
  EXPECT_EQ(parsed->get("l").items().at(0).as_bool(), false);
  EXPECT_EQ(parsed->members().at(1).first, "t");
}

TEST(Json, WhatIsOfAnotherTypeIsNotThere) {
  const auto json = Json::parse(R"({"n":1,"big":18446744073709551615,"f":1.5})");

  ASSERT_TRUE(json.ok());
  EXPECT_TRUE(json->get("missing").is_null());
  EXPECT_TRUE(json->get("n").get("deeper").is_null());
  EXPECT_FALSE(json->get("n").as_string().has_value());
  EXPECT_FALSE(json->get("n").as_bool().has_value());
  EXPECT_FALSE(json->get("big").as_int().has_value());
  EXPECT_FALSE(json->get("f").as_int().has_value());
  EXPECT_EQ(json->get("f").as_real(), 1.5);
  EXPECT_TRUE(json->items().empty());
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const std::string bad : {"", "{", "{\"a\":}", "nul", "[1,]", "\"\xff\"", "1e999999"}) {
    const auto json = Json::parse(bad);
    ASSERT_FALSE(json.ok()) << bad;
    EXPECT_EQ(json.error().code, base::ErrorCode::InvalidArgument) << bad;
  }
}

TEST(Json, RefusesDeepNesting) {
  EXPECT_TRUE(Json::parse(std::string(100, '[') + std::string(100, ']')).ok());
  EXPECT_FALSE(Json::parse(std::string(101, '[') + std::string(101, ']')).ok());
  EXPECT_FALSE(Json::parse(std::string(1'000'000, '[')).ok());
  EXPECT_TRUE(Json::parse("\"\\\"" + std::string(200, '[') + "\"").ok());
}

TEST(Json, MendsTextThatIsNotUtf8) {
  EXPECT_EQ(Json("a\xff").dump(), "\"a\xEF\xBF\xBD\"");
}

TEST(Json, CopiesAreApart) {
  const auto original = Json::object({{"a", 1}});
  auto copy = original;

  copy.set("a", 2);

  EXPECT_EQ(original.get("a").as_int(), 1);
  EXPECT_EQ(copy.get("a").as_int(), 2);
}

}  // namespace
}  // namespace ecrelay::stats
