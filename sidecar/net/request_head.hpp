#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/headers.hpp"

namespace ecrelay::net {

struct RequestHead {
  std::string method;
  std::string target;  ///< origin-form, as written: begins with '/'
  Headers headers;
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
};

/// What parsing gave: a head, or the status to refuse the request with (and why, for the body of
/// the refusal). After a refusal the connection is closed: what follows on it cannot be trusted.
struct ParsedHead {
  int refusal = 0;  ///< 0: accepted; else 400
  std::string why;
  RequestHead head;
};

/// The request line and header fields of RFC 9112, strictly, from the bytes up to and with the
/// empty line. Refused are what smuggles (RFC 9112 11.2): a body on GET or HEAD, Content-Length
/// twice or with Transfer-Encoding, another coding than chunked, folded lines, bare CR or LF, and
/// forms of the target that a registry never serves (absolute, authority, asterisk). Pure.
ParsedHead parse_request_head(std::string_view bytes);

}  // namespace ecrelay::net
