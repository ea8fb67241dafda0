#include "aws/api_error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "aws/json_reply.hpp"
#include "base/strings.hpp"

namespace ecrelay::aws {
namespace {

constexpr std::size_t kMaxMessage = 600;

struct CodeRow {
  std::string_view code;
  ApiErrorKind kind;
};
constexpr std::array<CodeRow, 21> kCodes = {{
    {"AccessDenied", ApiErrorKind::AccessDenied},
    {"AccessDeniedException", ApiErrorKind::AccessDenied},
    {"UnauthorizedOperation", ApiErrorKind::AccessDenied},
    {"OptInRequired", ApiErrorKind::AccessDenied},
    {"TooManyRequestsException", ApiErrorKind::Throttled},
    {"RequestThrottledException", ApiErrorKind::Throttled},
    {"RequestLimitExceeded", ApiErrorKind::Throttled},
    {"ProvisionedThroughputExceededException", ApiErrorKind::Throttled},
    {"ExpiredToken", ApiErrorKind::ExpiredCredentials},
    {"ExpiredTokenException", ApiErrorKind::ExpiredCredentials},
    {"InvalidClientTokenId", ApiErrorKind::ExpiredCredentials},
    {"UnrecognizedClientException", ApiErrorKind::ExpiredCredentials},
    {"MissingAuthenticationToken", ApiErrorKind::ExpiredCredentials},
    {"MissingAuthenticationTokenException", ApiErrorKind::ExpiredCredentials},
    {"IncompleteSignature", ApiErrorKind::InvalidSignature},
    {"IncompleteSignatureException", ApiErrorKind::InvalidSignature},
    {"InvalidSignatureException", ApiErrorKind::InvalidSignature},
    {"SignatureDoesNotMatch", ApiErrorKind::InvalidSignature},
    {"RequestExpired", ApiErrorKind::InvalidSignature},
    {"RequestTimeTooSkewed", ApiErrorKind::InvalidSignature},
    {"ServerException", ApiErrorKind::Unreachable},
}};

std::string short_code(std::string_view type) {
  if (const auto hash = type.find('#'); hash != std::string_view::npos) {
    type.remove_prefix(hash + 1);
  }
  return std::string(base::trim(type.substr(0, type.find(':'))));
}

ApiErrorKind kind_of(int status, std::string_view code) {
  const auto* const row = std::find_if(kCodes.begin(), kCodes.end(),
                                       [&](const CodeRow& known) { return known.code == code; });
  if (row != kCodes.end()) {
    return row->kind;
  }
  // ECR's documents spell it ThrottleException, its API ThrottlingException.
  if (status == 429 || code.starts_with("Throttl")) {
    return ApiErrorKind::Throttled;
  }
  if (code.ends_with("NotFoundException") || code.ends_with("NotFound")) {
    return ApiErrorKind::NotFound;
  }
  if (status >= 500) {
    return ApiErrorKind::Unreachable;
  }
  return status == 401 || status == 403 ? ApiErrorKind::AccessDenied : ApiErrorKind::Other;
}

base::ErrorCode error_code(ApiErrorKind kind) {
  switch (kind) {
    case ApiErrorKind::AccessDenied:
      return base::ErrorCode::PermissionDenied;
    case ApiErrorKind::Throttled:
      return base::ErrorCode::Throttled;
    case ApiErrorKind::NotFound:
      return base::ErrorCode::NotFound;
    case ApiErrorKind::ExpiredCredentials:
    case ApiErrorKind::InvalidSignature:
      return base::ErrorCode::Unauthenticated;
    case ApiErrorKind::Unreachable:
      return base::ErrorCode::Unavailable;
    case ApiErrorKind::Other:
      break;
  }
  return base::ErrorCode::InvalidArgument;
}

/// AWS adds the canonical request to the message of a signature that does not match, and with it
/// the session token.
std::string without_canonical_request(std::string message) {
  for (const std::string_view mark : {"The Canonical String", "The String-to-Sign"}) {
    message.resize(std::min(message.find(mark), message.size()));
  }
  return message;
}

}  // namespace

base::Error ApiError::to_error() const {
  auto text = base::printable(base::trim(message), kMaxMessage);
  if (text.empty()) {
    text = "HTTP status " + std::to_string(status);
  }
  if (!code.empty()) {
    text = base::printable(code) + ": " + text;
  }
  return {error_code(kind), text};
}

ApiError parse_api_error(int status, std::string_view body, std::string_view type_header) {
  ApiError error{.status = status};
  std::string type(type_header);
  const auto document = parse_object(body, "error");
  if (document.ok()) {
    if (type.empty()) {
      type = string_member(*document, "__type");
    }
    if (type.empty()) {
      type = string_member(*document, "code");
    }
    error.message = string_member(*document, "message");
    if (error.message.empty()) {
      error.message = string_member(*document, "Message");
    }
  } else {
    error.message = body;
  }
  error.code = short_code(type);
  error.kind = kind_of(status, error.code);
  error.message = without_canonical_request(std::move(error.message));
  return error;
}

}  // namespace ecrelay::aws
