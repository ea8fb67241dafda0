#include "oci/errors.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::oci {
namespace {

TEST(ErrorBody, IsTheSpecsJson) {
  EXPECT_EQ(error_body("MANIFEST_UNKNOWN", "no \"x\""),
            R"({"errors":[{"code":"MANIFEST_UNKNOWN","detail":null,"message":"no \"x\""}]})");
  EXPECT_EQ(error_body("DENIED", "m", "d"),
            R"({"errors":[{"code":"DENIED","detail":"d","message":"m"}]})");
}

TEST(ErrorBody, TakesBytesThatAreNotUtf8) {
  const auto entry = parse_error_body(error_body("DENIED", "caf\xe9 closed"));

  EXPECT_EQ(entry.code, "DENIED");
  EXPECT_NE(entry.message.find("closed"), std::string::npos);
}

TEST(ParseErrorBody, ReadsWhatRegistriesReallySend) {
  struct Case {
    std::string bytes;
    std::string text;
  };
  const std::vector<Case> cases = {
      {R"({"errors":[{"code":"DENIED","message":"Your authorization token has expired."},{"code":"X"}]})",
       "DENIED: Your authorization token has expired."},
      {R"({"errors":[{"code":"UNAUTHORIZED","detail":"why"}]})", "UNAUTHORIZED: why"},
      {R"({"errors":[{"code":"DENIED"}]})", "DENIED"},
      {R"({"message":"slow down","code":7})", "slow down"},
      {"Not Authorized\n", "Not Authorized"},
      {"<Error><Code>AccessDenied</Code></Error>", "<Error><Code>AccessDenied</Code></Error>"},
      {R"({"errors":[]})", R"({"errors":[]})"},
      {"line\r\nline", "line??line"},
      {"", ""},
  };

  for (const auto& one : cases) {
    EXPECT_EQ(parse_error_body(one.bytes).str(), one.text) << one.bytes;
  }
}

TEST(ParseErrorBody, CutsLongText) {
  EXPECT_LT(parse_error_body(std::string(100000, 'x')).message.size(), 1000U);
}

}  // namespace
}  // namespace ecrelay::oci
