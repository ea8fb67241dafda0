#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "support/ecr_double/faults.hpp"
#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/pause.hpp"
#include "support/ecr_double/request_log.hpp"

namespace ecrelay::ecr_double {

/// What the servers of one double share. Outlives them.
struct ServerContext {
  Faults& faults;
  RequestLog& log;
  Pause& pause;
  const base::Clock& clock;  ///< of the Date header
};

/// One port of the double: HTTP/1.1 by cpp-httplib, a thread per connection, keep-alive. Requests
/// under /_emulator/ are neither logged nor struck by faults. bind(), serve() and stop() come from
/// one thread.
class HttpServer {
 public:
  HttpServer(Service service, Endpoint& endpoint, ServerContext context);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Port 0 picks one. Returns the port.
  base::Result<std::uint16_t> bind(const std::string& address, std::uint16_t port);
  void serve();
  /// Breaks the connections off and joins. The pause must have ended.
  void stop();

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace ecrelay::ecr_double
