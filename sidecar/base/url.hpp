#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::base {

/// An absolute http or https URL (RFC 3986), without userinfo and fragment. Value type.
struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path = "/";  ///< as written, never decoded; begins with '/'
  std::string query;       ///< as written, without the '?'

  /// InvalidArgument for another scheme, userinfo, an empty host, a bad port, control characters.
  static Result<Url> parse(std::string_view text);

  /// `reference` (absolute, "//host/p", "/p", "p" or "?q") as seen from this URL, RFC 3986 5.2, for
  /// Location and Link headers.
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;

  /// "https://host[:port]"; the port only where it is not the scheme's own.
  [[nodiscard]] std::string origin() const;
  /// "host[:port]", as the Host header has it: IPv6 in brackets.
  [[nodiscard]] std::string authority() const;
  /// "path[?query]", as a request line has it.
  [[nodiscard]] std::string target() const;
  [[nodiscard]] std::string str() const { return origin() + target(); }
  /// For logs and errors: without the query, which may be a presigned secret.
  [[nodiscard]] std::string redacted() const;
  /// 127.0.0.0/8, ::1 or "localhost".
  [[nodiscard]] bool is_loopback() const;

  bool operator==(const Url&) const = default;
};

/// 127.0.0.0/8, ::1 (with or without brackets) or "localhost".
bool is_loopback_host(std::string_view host);

}  // namespace ecrelay::base
