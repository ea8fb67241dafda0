#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/headers.hpp"

namespace ecrelay::net {

enum class BodyState { Complete, NotRead };

struct ServerRequest {
  std::string method;
  std::string target;  ///< as written: path[?query], percent-encoding untouched
  Headers headers;
  std::string body;
  BodyState body_state = BodyState::Complete;  ///< NotRead: chunked, or longer than 64 KiB
  std::string listener;                        ///< the tag of the listener it came in by
};

/// The body of a response, read once from front to end on the connection's thread.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next bytes, at most data.size(); 0 at the end. May wait, within its own deadline. An error
  /// cuts the body: the client sees a short one, ended by FIN.
  virtual base::Result<std::size_t> read(std::span<std::byte> data) = 0;
};

enum class BodyEnd { Whole, ClientLeft, SourceFailed };

struct ServerResponse {
  int status = 200;
  Headers headers;  ///< Content-Length is added
  std::string body;
  std::unique_ptr<BodySource> source;  ///< instead of `body`
  std::uint64_t source_length = 0;
  /// Called exactly once, after the last byte was handed to the kernel or the attempt was given up;
  /// for HEAD with 0 bytes and Whole.
  std::function<void(std::uint64_t bytes, BodyEnd end)> on_sent;
};

using Handler = std::function<ServerResponse(ServerRequest)>;

struct ServerLimits {
  std::size_t max_connections = 1024;
  std::chrono::milliseconds head{10000};        ///< from a request's first byte to its empty line
  std::chrono::milliseconds keep_alive{60000};  ///< between two requests
  std::chrono::milliseconds write{60000};       ///< a client that does not read
};

/// HTTP/1.1 server over cpp-httplib, with what that gets wrong mended: strict request heads, a
/// deadline on them, idle connections parked without a thread, a deep backlog, no SO_REUSEPORT, and
/// a drain that cuts nothing. Several listeners share one handler and its threads. Thread-safe.
class HttpServer {
 public:
  HttpServer(Handler handler, ServerLimits limits);
  /// Stops at once.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds and serves; port 0 picks one. Gives the port. AlreadyExists where the port is taken.
  base::Result<std::uint16_t> listen(const std::string& host, std::uint16_t port,
                                     const std::string& tag);
  /// Ends the listeners of that tag; connections open on them go on until they are idle.
  void stop_listening(const std::string& tag);

  /// No new connections and no new requests; answers under way end whole, until the deadline, when
  /// they are cut. True if none had to be cut. A handler that has not answered yet may go on until
  /// stop().
  bool drain(base::Deadline deadline);
  /// Drains at once if that was not done, and joins the threads: handlers have to end.
  void stop();

  [[nodiscard]] std::size_t open_connections() const;
  /// Connections turned away since the start because max_connections were open and busy.
  [[nodiscard]] std::uint64_t refused_connections() const;
  /// When a request last began or ended, for --idle-timeout; now, while one is being answered.
  [[nodiscard]] base::Steady::time_point last_activity() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ecrelay::net
