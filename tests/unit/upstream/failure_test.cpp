#include "upstream/failure.hpp"

#include <gtest/gtest.h>

#include <string>

#include "oci/errors.hpp"

namespace ecrelay::upstream {
namespace {

std::string json(std::string_view code, std::string_view message) {
  return oci::error_body(code, message);
}

constexpr const char* kIamDenial =
    "User: arn:aws:sts::123456789012:assumed-role/ci/job is not authorized to perform: ";

struct Answer {
  int status;
  std::string body;
  FailureKind expected;
};

TEST(FailureOfEcr, IsToldByStatusAndText) {
  const Answer answers[] = {
      {401, "Not Authorized\n", FailureKind::Denied},
      {403, json("DENIED", "Your authorization token has expired. Reauthenticate and try again."),
       FailureKind::Denied},
      {403,
       json("DENIED", kIamDenial + std::string("ecr:BatchGetImage on resource: arn:aws:ecr:"
                                               "us-east-1:123456789012:repository/team/app")),
       FailureKind::Denied},
      {403,
       json("DENIED",
            "The authentication to the upstream registry failed. Verify that the "
            "credentials provided in the pull through cache rule are correct, and try "
            "again."),
       FailureKind::UpstreamDenied},
      {404,
       json("NAME_UNKNOWN",
            "The repository with name 'x' does not exist in the registry with id "
            "'123456789012'"),
       FailureKind::NotFound},
      {404, json("MANIFEST_UNKNOWN", "Requested image not found"), FailureKind::NotFound},
      {404, json("BLOB_UNKNOWN", ""), FailureKind::NotFound},
      {405, json("UNSUPPORTED", "Invalid JSON syntax"), FailureKind::Unsupported},
      {405, json("UNSUPPORTED", "Invalid parameter at 'maxResults'"), FailureKind::Unsupported},
      {429, json("TOOMANYREQUESTS", "Rate exceeded"), FailureKind::Throttled},
      {429, "", FailureKind::Throttled},
      {429,
       json("TOOMANYREQUESTS",
            "The upstream registry registry-1.docker.io is throttling requests."),
       FailureKind::UpstreamThrottled},
      {403, json("DENIED", "UpstreamTooManyRequests"), FailureKind::UpstreamThrottled},
      {503,
       json("UNAVAILABLE",
            "The upstream registry answered: toomanyrequests: You have reached "
            "your unauthenticated pull rate limit."),
       FailureKind::UpstreamThrottled},
      {503, json("UNAVAILABLE", "The upstream registry quay.io is not available."),
       FailureKind::BadAnswer},
      {500, "", FailureKind::BadAnswer},
      {502, "<html>Bad Gateway</html>", FailureKind::BadAnswer},
      {503, "", FailureKind::BadAnswer},
      {504, "", FailureKind::BadAnswer},
  };
  for (const auto& [status, body, expected] : answers) {
    const auto failure = classify(RegistryKind::Ecr, status, body);

    EXPECT_EQ(failure.kind, expected) << status << " " << body;
    EXPECT_EQ(failure.status, status);
  }
}

TEST(FailureOfEcr, ThatOnlyNamesTheWordUpstreamIsEcrsOwn) {
  // The name of the action, and of a repository: neither is the registry behind ECR.
  const auto denied = kIamDenial + std::string(
                                       "ecr:BatchImportUpstreamImage on resource: arn:aws:"
                                       "ecr:us-east-1:123456789012:repository/docker-hub/a");
  const auto named = kIamDenial + std::string(
                                      "ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:"
                                      "123456789012:repository/upstream/accelerate");

  EXPECT_EQ(classify(RegistryKind::Ecr, 403, json("DENIED", denied)).kind, FailureKind::Denied);
  EXPECT_EQ(classify(RegistryKind::Ecr, 403, json("DENIED", named)).kind, FailureKind::Denied);
  EXPECT_EQ(classify(RegistryKind::Ecr, 404,
                     json("NAME_UNKNOWN",
                          "The repository with name 'upstream/accelerate' does "
                          "not exist in the registry with id '123456789012'"))
                .kind,
            FailureKind::NotFound);
}

TEST(FailureOfAPlainRegistry, HasNoRegistryBehindIt) {
  const Answer answers[] = {
      {401, json("UNAUTHORIZED", "authentication required"), FailureKind::Denied},
      {403, json("DENIED", "the upstream registry failed"), FailureKind::Denied},
      {429, json("TOOMANYREQUESTS", "You have reached your pull rate limit, upstream"),
       FailureKind::Throttled},
      {404, json("MANIFEST_UNKNOWN", "manifest unknown"), FailureKind::NotFound},
      // How ECR Public, quay.io and old registries say that they have no such call.
      {404, json("NOT_FOUND", "404 page not found"), FailureKind::Unsupported},
      {404, "404 page not found\n", FailureKind::Unsupported},
      {400, json("UNSUPPORTED", "The operation is unsupported."), FailureKind::Unsupported},
      {400, json("MANIFEST_INVALID", "manifest invalid"), FailureKind::BadAnswer},
      {405, "", FailureKind::Unsupported},
      {501, "", FailureKind::Unsupported},
      {416, "", FailureKind::BadAnswer},
      {300, "", FailureKind::BadAnswer},
  };
  for (const auto& [status, body, expected] : answers) {
    const auto failure = classify(RegistryKind::Plain, status, body);

    EXPECT_EQ(failure.kind, expected) << status << " " << body;
  }
}

TEST(Failure, SaysStatusAndTextForAPerson) {
  const auto said =
      classify(RegistryKind::Ecr, 404, json("MANIFEST_UNKNOWN", "Requested image not found"));
  const auto silent = classify(RegistryKind::Ecr, 502, "");

  EXPECT_EQ(said.detail, "HTTP 404: MANIFEST_UNKNOWN: Requested image not found");
  EXPECT_EQ(silent.detail, "HTTP 502");
}

TEST(Failure, OfARequestWithoutAnAnswer) {
  using base::ErrorCode;
  const std::pair<ErrorCode, FailureKind> cases[] = {
      {ErrorCode::Timeout, FailureKind::TimedOut},
      {ErrorCode::Canceled, FailureKind::Rejected},
      {ErrorCode::Unauthenticated, FailureKind::NoIdentity},
      {ErrorCode::PermissionDenied, FailureKind::Denied},
      {ErrorCode::Throttled, FailureKind::Throttled},
      {ErrorCode::Corrupt, FailureKind::BadAnswer},
      {ErrorCode::Unavailable, FailureKind::Unreachable},
      {ErrorCode::Io, FailureKind::Unreachable},
  };
  for (const auto& [code, expected] : cases) {
    const auto failure = classify(base::Error{code, "connect: refused"});

    EXPECT_EQ(failure.kind, expected) << base::to_string(code);
    EXPECT_EQ(failure.status, 0);
    EXPECT_EQ(failure.detail, "connect: refused");
  }
}

TEST(Failure, IsWorthRetryingWhereTimeMayMendIt) {
  const auto worth = [](FailureKind kind, int status) {
    return worth_retrying({kind, status, ""});
  };

  EXPECT_TRUE(worth(FailureKind::Throttled, 429));
  EXPECT_TRUE(worth(FailureKind::Unreachable, 0));
  EXPECT_TRUE(worth(FailureKind::Unreachable, 403)) << "a presigned URL that expired";
  EXPECT_TRUE(worth(FailureKind::BadAnswer, 500));
  EXPECT_TRUE(worth(FailureKind::BadAnswer, 504));
  EXPECT_FALSE(worth(FailureKind::BadAnswer, 200)) << "wrong bytes are wrong again";
  EXPECT_FALSE(worth(FailureKind::BadAnswer, 400));
  EXPECT_FALSE(worth(FailureKind::TimedOut, 0)) << "the time is used up";
  EXPECT_FALSE(worth(FailureKind::NotFound, 404));
  EXPECT_FALSE(worth(FailureKind::Denied, 403));
  EXPECT_FALSE(worth(FailureKind::NoIdentity, 0));
  EXPECT_FALSE(worth(FailureKind::UpstreamThrottled, 429));
  EXPECT_FALSE(worth(FailureKind::UpstreamDenied, 403));
  EXPECT_FALSE(worth(FailureKind::Unsupported, 405));
  EXPECT_FALSE(worth(FailureKind::Rejected, 0));
}

TEST(BlamesToken, Only401AndAnExpired403) {
  EXPECT_TRUE(blames_token(401, ""));
  EXPECT_TRUE(blames_token(401, "Not Authorized\n"));
  EXPECT_TRUE(blames_token(403, json("DENIED",
                                     "Your authorization token has expired. "
                                     "Reauthenticate and try again.")));
  EXPECT_TRUE(blames_token(403,
                           "Your Authorization Token has expired. Please run 'aws ecr "
                           "get-login' to fetch a new one."));
  EXPECT_FALSE(blames_token(403, json("DENIED", kIamDenial + std::string("ecr:BatchGetImage"))));
  EXPECT_FALSE(blames_token(403, ""));
  EXPECT_FALSE(blames_token(400, "Your authorization token has expired."));
  EXPECT_FALSE(blames_token(404, ""));
  EXPECT_FALSE(blames_token(200, ""));
}

}  // namespace
}  // namespace ecrelay::upstream
