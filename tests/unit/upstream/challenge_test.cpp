#include "upstream/challenge.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::upstream {

static bool operator==(const Challenge& a, const Challenge& b) {
  return a.scheme == b.scheme && a.parameters == b.parameters;
}

static void PrintTo(const Challenge& challenge, std::ostream* out) {
  *out << challenge.scheme;
  for (const auto& [name, value] : challenge.parameters) {
    *out << " " << name << "=[" << value << "]";
  }
}

namespace {

struct Case {
  std::string field;
  std::vector<Challenge> expected;
};

TEST(Challenges, AreReadAsRfc9110Writes) {
  const Case cases[] = {
      // As the registries that matter write them.
      {R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/node:pull")",
       {{"bearer",
         {{"realm", "https://auth.docker.io/token"},
          {"service", "registry.docker.io"},
          {"scope", "repository:library/node:pull"}}}}},
      {R"(Basic realm="https://123456789012.dkr.ecr.us-east-1.amazonaws.com/",service="ecr.amazonaws.com")",
       {{"basic",
         {{"realm", "https://123456789012.dkr.ecr.us-east-1.amazonaws.com/"},
          {"service", "ecr.amazonaws.com"}}}}},
      // Names and schemes without case, space around '=', tokens without quotes.
      {R"(BEARER Realm = "a" ,	SERVICE=b)", {{"bearer", {{"realm", "a"}, {"service", "b"}}}}},
      {R"(Bearer realm=https://x/token,scope=a:b:pull)",
       {{"bearer", {{"realm", "https://x/token"}, {"scope", "a:b:pull"}}}}},
      // Commas, '=' and quoted pairs within quotes.
      {R"(Bearer scope="a,b=c d",realm="say \"x\\y\"")",
       {{"bearer", {{"scope", "a,b=c d"}, {"realm", R"(say "x\y")"}}}}},
      {R"(Bearer realm="")", {{"bearer", {{"realm", ""}}}}},
      // Several challenges in one field, empty elements between them.
      {R"(Basic realm="x", Bearer realm="y",service="z")",
       {{"basic", {{"realm", "x"}}}, {"bearer", {{"realm", "y"}, {"service", "z"}}}}},
      {R"(,, Basic realm="x",, ,Bearer realm="y",)",
       {{"basic", {{"realm", "x"}}}, {"bearer", {{"realm", "y"}}}}},
      {"Negotiate, Bearer realm=\"y\"", {{"negotiate", {}}, {"bearer", {{"realm", "y"}}}}},
      {"Negotiate", {{"negotiate", {}}}},
      // token68, with and without padding: no parameter, and no end of the list.
      {R"(Negotiate abc, Bearer realm="y")", {{"negotiate", {}}, {"bearer", {{"realm", "y"}}}}},
      {R"(Negotiate a87421+/0049==, Bearer realm="y")",
       {{"negotiate", {}}, {"bearer", {{"realm", "y"}}}}},
      {"NTLM TlRMTVNTUAAC=", {{"ntlm", {}}}},
  };
  for (const auto& [field, expected] : cases) {
    const auto challenges = parse_challenges(field);

    EXPECT_EQ(challenges, expected) << field;
  }
}

TEST(Challenges, GarbageEndsTheListAndKeepsWhatStoodBefore) {
  const Case cases[] = {
      {"", {}},
      {"   ,\t,", {}},
      {"=", {}},
      {"\"quoted\"", {}},
      {R"(Basic realm="x", ="y", Bearer realm="z")", {{"basic", {{"realm", "x"}}}}},
      {R"(Bearer service="s",realm="never closed)", {{"bearer", {{"service", "s"}}}}},
      {R"(Bearer realm="ends in a pair\)", {{"bearer", {}}}},
      {std::string("Bearer\0x", 8), {{std::string("bearer\0x", 8), {}}}},
  };
  for (const auto& [field, expected] : cases) {
    const auto challenges = parse_challenges(field);

    EXPECT_EQ(challenges, expected) << field;
  }
}

TEST(Challenges, ALongFieldIsReadInLinearTime) {
  std::string field;
  for (int i = 0; i < 10'000; ++i) {
    field += "a b=\"c\", ";
  }

  const auto challenges = parse_challenges(field);

  EXPECT_EQ(challenges.size(), 10'000U);
}

}  // namespace
}  // namespace ecrelay::upstream
