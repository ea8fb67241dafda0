#include "base/result.hpp"

#include <cerrno>
#include <system_error>

namespace ecrelay::base {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "invalid argument";
    case ErrorCode::NotFound:
      return "not found";
    case ErrorCode::AlreadyExists:
      return "already exists";
    case ErrorCode::Unauthenticated:
      return "unauthenticated";
    case ErrorCode::PermissionDenied:
      return "permission denied";
    case ErrorCode::Throttled:
      return "throttled";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Timeout:
      return "timeout";
    case ErrorCode::Canceled:
      return "canceled";
    case ErrorCode::Corrupt:
      return "corrupt";
    case ErrorCode::NoSpace:
      return "no space";
    case ErrorCode::Unsupported:
      return "unsupported";
    case ErrorCode::Io:
      return "I/O error";
    case ErrorCode::Internal:
      return "internal error";
  }
  return "internal error";
}

Error errno_error(std::string_view what, int errno_value) {
  auto code = ErrorCode::Io;
  switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
      code = ErrorCode::NoSpace;
      break;
    case ENOENT:
      code = ErrorCode::NotFound;
      break;
    case EEXIST:
      code = ErrorCode::AlreadyExists;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = ErrorCode::PermissionDenied;
      break;
    case ETIMEDOUT:
      code = ErrorCode::Timeout;
      break;
    default:
      break;
  }
  return {code, std::string(what) + ": " + std::generic_category().message(errno_value)};
}

}  // namespace ecrelay::base
