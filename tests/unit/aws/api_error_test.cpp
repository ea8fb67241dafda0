#include "aws/api_error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::aws {
namespace {

TEST(ParseApiError, TellsTheKindsApart) {
  using enum ApiErrorKind;
  struct Case {
    int status;
    std::string type;
    ApiErrorKind kind;
  };
  const std::vector<Case> cases = {
      {400, "AccessDeniedException", AccessDenied},
      {400, "com.amazonaws.ecr#AccessDeniedException:http://x/", AccessDenied},
      {400, "ThrottlingException", Throttled},
      {400, "ThrottleException", Throttled},
      {400, "TooManyRequestsException", Throttled},
      {429, "Whatever", Throttled},
      {400, "RepositoryNotFoundException", NotFound},
      {400, "ImageNotFoundException", NotFound},
      {400, "com.amazonaws.ecr#PullThroughCacheRuleNotFoundException", NotFound},
      {400, "ExpiredTokenException", ExpiredCredentials},
      {400, "UnrecognizedClientException", ExpiredCredentials},
      {403, "InvalidClientTokenId", ExpiredCredentials},
      {400, "InvalidSignatureException", InvalidSignature},
      {403, "SignatureDoesNotMatch", InvalidSignature},
      {403, "RequestExpired", InvalidSignature},
      {500, "ServerException", Unreachable},
      {503, "", Unreachable},
      {403, "", AccessDenied},
      {400, "ValidationException", Other},
      {400, "", Other},
  };

  for (const auto& one : cases) {
    const auto error =
        parse_api_error(one.status, R"({"__type":")" + one.type + R"(","message":"m"})", "");

    EXPECT_EQ(error.kind, one.kind) << one.type << one.status;
  }
}

TEST(ParseApiError, ReadsTypeAndMessageWhereverTheyAre) {
  const auto from_header =
      parse_api_error(400, R"({"Message":"big M"})", "AccessDeniedException:http://internal/");
  const auto from_body = parse_api_error(400, R"({"__type":"a.b#Code:x","message":"m"})", "");

  EXPECT_EQ(from_header.code, "AccessDeniedException");
  EXPECT_EQ(from_header.to_error().message, "AccessDeniedException: big M");
  EXPECT_EQ(from_header.to_error().code, base::ErrorCode::PermissionDenied);
  EXPECT_EQ(from_body.code, "Code");
}

TEST(ParseApiError, BearsBodiesThatAreNotJson) {
  const auto page = parse_api_error(502, "<html>\r\nBad Gateway</html>", "");
  const auto nothing = parse_api_error(503, "", "");
  const auto odd = parse_api_error(400, R"({"__type":7,"message":[]})", "");

  EXPECT_EQ(page.to_error().message, "<html>??Bad Gateway</html>");
  EXPECT_EQ(nothing.to_error().message, "HTTP status 503");
  EXPECT_EQ(nothing.to_error().code, base::ErrorCode::Unavailable);
  EXPECT_EQ(odd.to_error().message, "HTTP status 400");
}

TEST(ParseApiError, DropsTheCanonicalRequestOfAWrongSignature) {
  const auto error = parse_api_error(
      403,
      R"({"__type":"InvalidSignatureException","message":"does not match.\n\nThe Canonical String for)"
      R"( this request should have been\n'POST\nx-amz-security-token:hush'"})",
      "");

  EXPECT_EQ(error.to_error().message, "InvalidSignatureException: does not match.");
}

TEST(ParseApiError, KeepsALongMessageThatNamesTheMissingRight) {
  const std::string message = "User: arn:aws:sts::123456789012:assumed-role/" +
                              std::string(200, 'r') +
                              " is not authorized to perform: ecr:DescribeImages";

  const auto error = parse_api_error(
      400, R"({"__type":"AccessDeniedException","message":")" + message + "\"}", "");

  EXPECT_NE(error.to_error().message.find("ecr:DescribeImages"), std::string::npos);
}

}  // namespace
}  // namespace ecrelay::aws
