#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::aws {

/// What a failed call means for who called. As a base::ErrorCode, in this order: PermissionDenied,
/// Throttled, NotFound, Unauthenticated (twice), Unavailable, InvalidArgument.
enum class ApiErrorKind {
  AccessDenied,
  Throttled,
  NotFound,
  ExpiredCredentials,  ///< or credentials that AWS does not know (yet)
  InvalidSignature,    ///< a wrong secret key, or a clock that is off
  Unreachable,         ///< the service failed: 5xx
  Other,
};

/// An error that an AWS API answered. Foreign text; never holds the signature that AWS computed.
struct ApiError {
  ApiErrorKind kind = ApiErrorKind::Other;
  std::string code;  ///< "AccessDeniedException"; empty where the body is not AWS's JSON
  std::string message;
  int status = 0;

  /// "CODE: message", printable and cut to a bearable length.
  [[nodiscard]] base::Error to_error() const;
};

/// `type_header` is the reply's x-amzn-ErrorType, if any. The code is what stands after '#' and
/// before ':' (botocore, BaseJSONParser). Any body is borne.
ApiError parse_api_error(int status, std::string_view body, std::string_view type_header);

}  // namespace ecrelay::aws
