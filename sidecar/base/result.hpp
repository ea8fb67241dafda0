#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ecrelay::base {

enum class ErrorCode {
  InvalidArgument,
  NotFound,
  AlreadyExists,
  Unauthenticated,
  PermissionDenied,
  Throttled,
  Unavailable,
  Timeout,
  Canceled,
  Corrupt,
  NoSpace,
  Unsupported,
  Io,
  Internal,
};

std::string_view to_string(ErrorCode code);

/// What went wrong, in words for a person. `message` never holds a secret, a token or a presigned
/// URL: it may be logged, shown and stored.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;

  /// The same error, with what was being done put in front: "filling sha256:ab..: rename: ...".
  [[nodiscard]] Error within(std::string_view context) const {
    return {code, std::string(context) + ": " + message};
  }
};

/// An `Error` from errno, as "WHAT: strerror". ENOSPC and EDQUOT become NoSpace, ENOENT NotFound.
Error errno_error(std::string_view what, int errno_value);

/// A value or an `Error`. Value type, as thread-safe as T. Reading the side that is not there is a
/// programmer's error (assert).
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& { return *std::get_if<0>(&state_); }
  [[nodiscard]] T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace ecrelay::base

#define ECRELAY_CONCAT_(a, b) a##b
#define ECRELAY_CONCAT(a, b) ECRELAY_CONCAT_(a, b)

/// ECRELAY_TRY(auto x, f()); gives x the value, or returns the error from the enclosing function.
#define ECRELAY_TRY(declaration, expression)             \
  auto ECRELAY_CONCAT(result_, __LINE__) = (expression); \
  if (!ECRELAY_CONCAT(result_, __LINE__).ok()) {         \
    return ECRELAY_CONCAT(result_, __LINE__).error();    \
  }                                                      \
  declaration = std::move(ECRELAY_CONCAT(result_, __LINE__)).value()

/// The same for a Result<void>, or where the value does not matter.
#define ECRELAY_TRY_VOID(expression)                                        \
  do {                                                                      \
    if (auto ecrelay_try_result = (expression); !ecrelay_try_result.ok()) { \
      return ecrelay_try_result.error();                                    \
    }                                                                       \
  } while (false)
