#pragma once

#include <string>

#include "net/connection.hpp"
#include "net/http_server.hpp"
#include "net/request_head.hpp"

namespace ecrelay::net {

/// What came next on a connection: a request, or the reason to close it, with a refusal to send
/// first where `refusal` is not 0.
struct IncomingRequest {
  enum class Kind { Request, Refuse, Close };
  Kind kind = Kind::Close;
  RequestHead head;
  ServerRequest request;
  int refusal = 0;
  std::string why;
};

/// Reads one request with its body, if that is of a known length up to 64 KiB, within `limits.head`
/// each. A longer or chunked body stays unread: the connection cannot be used again. For the thread
/// that holds the connection.
IncomingRequest read_request(Connection& connection, const ServerLimits& limits);

}  // namespace ecrelay::net
