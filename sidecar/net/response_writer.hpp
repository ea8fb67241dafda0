#pragma once

#include <chrono>
#include <memory>

#include "net/connection.hpp"
#include "net/http_server.hpp"
#include "net/request_head.hpp"

namespace ecrelay::net {

/// Puts a response on a connection through cpp-httplib: exact length, never chunked, never
/// compressed, no body on HEAD; calls on_sent. Thread-safe: one writer serves every connection.
class ResponseWriter {
 public:
  ResponseWriter();
  ~ResponseWriter();

  /// Whether all of it went out, so that another request may follow.
  bool write(Connection& connection, const RequestHead& head, ServerResponse response,
             std::chrono::milliseconds limit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ecrelay::net
