#include "upstream/failure.hpp"

#include "base/strings.hpp"
#include "oci/errors.hpp"

namespace ecrelay::upstream {
namespace {

using base::contains_ignoring_case;

/// Of trouble with the registry behind ECR. A denial of the identity names the action
/// (ecr:BatchImportUpstreamImage) and the repository, which may both hold the word.
bool speaks_of_upstream(std::string_view text) {
  return contains_ignoring_case(text, "upstream") &&
         !contains_ignoring_case(text, "not authorized to perform");
}

bool speaks_of_throttling(std::string_view text) {
  return contains_ignoring_case(text, "too many requests") ||
         contains_ignoring_case(text, "toomanyrequests") ||
         contains_ignoring_case(text, "rate limit") ||
         contains_ignoring_case(text, "rate exceeded") || contains_ignoring_case(text, "throttl");
}

FailureKind kind_of(RegistryKind kind, int status, std::string_view text) {
  const bool behind_ecr = kind == RegistryKind::Ecr && speaks_of_upstream(text);
  if (behind_ecr && (status == 429 || speaks_of_throttling(text))) {
    return FailureKind::UpstreamThrottled;
  }
  if (behind_ecr && (status == 401 || status == 403)) {
    return FailureKind::UpstreamDenied;
  }
  switch (status) {
    case 400:
    case 405:
    case 501:
      return contains_ignoring_case(text, "unsupported") || status != 400 ? FailureKind::Unsupported
                                                                          : FailureKind::BadAnswer;
    case 401:
    case 403:
      return FailureKind::Denied;
    case 404:
      // How ECR Public and quay.io say that they have no such call.
      return contains_ignoring_case(text, "404 page not found") ? FailureKind::Unsupported
                                                                : FailureKind::NotFound;
    case 429:
      return FailureKind::Throttled;
    default:
      return FailureKind::BadAnswer;
  }
}

}  // namespace

Failure classify(RegistryKind kind, int status, std::string_view body) {
  const auto entry = oci::parse_error_body(body);
  const auto said = entry.str();
  return {kind_of(kind, status, said), status,
          "HTTP " + std::to_string(status) + (said.empty() ? "" : ": " + said)};
}

Failure classify(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::Timeout:
      return {FailureKind::TimedOut, 0, error.message};
    case base::ErrorCode::Canceled:
      return {FailureKind::Rejected, 0, error.message};
    case base::ErrorCode::Unauthenticated:
      return {FailureKind::NoIdentity, 0, error.message};
    case base::ErrorCode::PermissionDenied:
      return {FailureKind::Denied, 0, error.message};
    case base::ErrorCode::Throttled:
      return {FailureKind::Throttled, 0, error.message};
    case base::ErrorCode::Corrupt:
      return {FailureKind::BadAnswer, 0, error.message};
    default:
      return {FailureKind::Unreachable, 0, error.message};
  }
}

bool worth_retrying(const Failure& failure) {
  return failure.kind == FailureKind::Throttled || failure.kind == FailureKind::Unreachable ||
         (failure.kind == FailureKind::BadAnswer && failure.status >= 500);
}

bool blames_token(int status, std::string_view body) {
  return status == 401 ||
         (status == 403 && contains_ignoring_case(body, "authorization token has expired"));
}

}  // namespace ecrelay::upstream
