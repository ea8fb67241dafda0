#include "config/toml_file.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::config {
namespace {

using Values = std::vector<std::string>;

struct ValueCase {
  std::string text;
  Values values;
};

class TomlValue : public testing::TestWithParam<ValueCase> {};

TEST_P(TomlValue, IsRead) {
  const auto entries = read_toml(GetParam().text);

  ASSERT_TRUE(entries.ok()) << entries.error().message;
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().key, "key");
  EXPECT_EQ(entries->front().values, GetParam().values);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, TomlValue,
    testing::Values(
        ValueCase{"key = \"20GiB\"\n", {"20GiB"}}, ValueCase{"key = '20GiB'", {"20GiB"}},
        ValueCase{"key = 'a\\b'", {"a\\b"}}, ValueCase{"key = 1024", {"1024"}},
        ValueCase{"key = true", {"true"}}, ValueCase{"key = \"a#b\"  # a comment", {"a#b"}},
        ValueCase{"key = \"two words\"", {"two words"}},
        ValueCase{"key = \"name=a,commit=b\"", {"name=a,commit=b"}},
        ValueCase{"key = [\"a\", \"b\"]", {"a", "b"}}, ValueCase{"key = [\"a\"]", {"a"}},
        ValueCase{"key = [\"[::1]:5055\", \"127.0.0.1:0\"]", {"[::1]:5055", "127.0.0.1:0"}},
        ValueCase{"key = \"[::1]:5055\"", {"[::1]:5055"}},
        ValueCase{"key = [\n  \"docker.io=hub\",  # first\n  'quay.io=ROOT'\n]\n",
                  {"docker.io=hub", "quay.io=ROOT"}},
        ValueCase{"key = [\"a\", \"b\",]", {"a", "b"}},
        ValueCase{"key = [ \"a\" , \"b\" ]", {"a", "b"}}));

TEST(TomlFile, RemembersTheLineOfEachEntry) {
  const auto entries = read_toml("# comment\n\nfirst = 1\nlist = [\n 1,\n 2\n]\r\nlast = 2");

  ASSERT_TRUE(entries.ok()) << entries.error().message;
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].line, 3);
  EXPECT_EQ((*entries)[1].line, 4);
  EXPECT_EQ((*entries)[2].key, "last");
  EXPECT_EQ((*entries)[2].line, 8);
}

TEST(TomlFile, TakesAnEmptyFile) {
  for (const std::string text : {"", "\n", "# only a comment", "   \n#\n"}) {
    const auto entries = read_toml(text);

    ASSERT_TRUE(entries.ok()) << text;
    EXPECT_TRUE(entries->empty()) << text;
  }
}

struct BrokenCase {
  std::string text;
  std::string message;
};

class BrokenToml : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenToml, IsRefusedWithItsLine) {
  const auto entries = read_toml(GetParam().text);

  ASSERT_FALSE(entries.ok());
  EXPECT_EQ(entries.error().code, base::ErrorCode::InvalidArgument);
  EXPECT_EQ(entries.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BrokenToml,
    testing::Values(
        BrokenCase{"a = 1\nb = \"x\n", "line 2: a quotation mark is not closed"},
        BrokenCase{"\nb = [1,\n2\n", "line 2: the list has no closing ']'"},
        BrokenCase{"b = 1]\n", "line 1: ']' without its '['"},
        BrokenCase{"[serve]\nb = 1",
                   "line 1: sections are not used here; write the keys without one"},
        BrokenCase{"\nword", "line 2: expected KEY = VALUE"},
        BrokenCase{std::string("b = 'x\0y'", 9), "line 1: a NUL character"},
        BrokenCase{"b = \"x\\y\"",
                   "line 1: a backslash in double quotation marks; write the text in single ones"},
        BrokenCase{"= 1", "line 1: expected KEY = VALUE"},
        BrokenCase{"; b = 1", "line 1: expected KEY = VALUE"},
        BrokenCase{"b =", "line 1: no value after '='"}));

}  // namespace
}  // namespace ecrelay::config
