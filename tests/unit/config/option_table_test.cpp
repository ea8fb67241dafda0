#include "config/option_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace ecrelay::config {
namespace {

TEST(OptionTable, NamesEachOptionOnceAndExplainsIt) {
  std::set<std::string_view> names;

  for (const auto& option : option_table()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_FALSE(option.help.empty()) << option.name;
    EXPECT_NE(option.default_text.empty(), option.default_note.empty()) << option.name;
    EXPECT_EQ(option.value_name.empty(), option.kind == OptionKind::Switch) << option.name;
  }
}

TEST(OptionTable, DerivesFlagAndVariableFromTheName) {
  const auto* option = find_option("cache-size");

  ASSERT_NE(option, nullptr);
  EXPECT_EQ(option->flag(), "--cache-size");
  EXPECT_EQ(option->variable(), "ECRELAY_CACHE_SIZE");
  EXPECT_EQ(find_option("cache_size"), nullptr);
}

}  // namespace
}  // namespace ecrelay::config
