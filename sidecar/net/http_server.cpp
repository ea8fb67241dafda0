#include "net/http_server.hpp"

#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <tuple>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "base/worker_pool.hpp"
#include "net/connection.hpp"
#include "net/idle_connections.hpp"
#include "net/listener.hpp"
#include "net/request_head.hpp"
#include "net/response_writer.hpp"

namespace ecrelay::net {
namespace {

constexpr std::uint64_t kMaxBody = 64 * 1024;
// A client that asks one request after the other finds its thread still there.
constexpr auto kStayTime = std::chrono::milliseconds(3);

ServerResponse refusal(int status, const std::string& why) {
  ServerResponse response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = why + "\n";
  return response;
}

}  // namespace

struct HttpServer::State {
  State(Handler request_handler, ServerLimits server_limits)
      : handler(std::move(request_handler)),
        limits(server_limits),
        workers(server_limits.max_connections + 8),
        idle(
            server_limits.keep_alive,
            [this](std::unique_ptr<Connection> connection) { resume(std::move(connection)); },
            [this] { --open; }) {}

  void accept(base::UniqueFd fd, const std::string& tag);
  void resume(std::unique_ptr<Connection> connection);
  void serve(std::unique_ptr<Connection> connection);
  /// False: the connection is to be closed.
  bool serve_one(Connection& connection);
  bool read_request(Connection& connection, RequestHead& head, ServerRequest& request);
  bool refuse(Connection& connection, int status, const std::string& why);
  ServerResponse handle(ServerRequest request);
  void touch() { last_activity = base::Steady::now().time_since_epoch().count(); }

  Handler handler;
  ServerLimits limits;
  ResponseWriter writer;
  std::atomic<std::size_t> open{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<bool> draining{false};
  std::atomic<base::Steady::rep> last_activity{base::Steady::now().time_since_epoch().count()};

  mutable std::mutex mutex;
  std::condition_variable quiet;
  std::size_t answering = 0;
  std::set<Connection*> serving;
  std::list<std::unique_ptr<Listener>> listeners;

  base::WorkerPool workers;
  IdleConnections idle;
};

void HttpServer::State::accept(base::UniqueFd fd, const std::string& tag) {
  auto connection = std::make_unique<Connection>(std::move(fd), tag);
  if (++open > limits.max_connections && !idle.close_oldest()) {
    --open;
    ++refused;
    constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    std::ignore = connection->write(kBusy, std::chrono::milliseconds(0));  // it is turned away anyway
    return;
  }
  resume(std::move(connection));
}

void HttpServer::State::resume(std::unique_ptr<Connection> connection) {
  // std::function wants what can be copied, so the owner travels in a shared pointer.
  auto owner = std::make_shared<std::unique_ptr<Connection>>(std::move(connection));
  const bool taken = workers.submit([this, owner] { serve(std::move(*owner)); });
  if (!taken) {
    --open;
  }
}

void HttpServer::State::serve(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex);
    if (draining) {
      --open;
      return;
    }
    serving.insert(connection.get());
  }
  bool go_on = true;
  bool park = false;
  while (go_on && !park) {
    go_on = serve_one(*connection) && !draining;
    park = go_on && !connection->wait_readable(kStayTime);
  }
  {
    const std::lock_guard lock(mutex);
    serving.erase(connection.get());
  }
  if (park) {
    idle.park(std::move(connection));
    return;
  }
  connection->close_gently();
  --open;
}

bool HttpServer::State::refuse(Connection& connection, int status, const std::string& why) {
  RequestHead head;
  head.method = "GET";
  head.keep_alive = false;
  writer.write(connection, head, refusal(status, why), limits.write);
  return false;
}

bool HttpServer::State::read_request(Connection& connection, RequestHead& head,
                                     ServerRequest& request) {
  std::string bytes;
  switch (connection.read_head(bytes, limits.head)) {
    case Connection::ReadEnd::Ok:
      break;
    case Connection::ReadEnd::Closed:
      return false;
    case Connection::ReadEnd::TimedOut:
      return connection.has_buffered() && refuse(connection, 408, "the request took too long");
    case Connection::ReadEnd::TooLarge:
      return refuse(connection, 431, "the request's head is larger than 64 KiB");
    case Connection::ReadEnd::NotHttp:
      // A TLS hello lands here: clients that try https first fall back only on an HTTP answer.
      return refuse(connection, 400, "this port speaks plain HTTP");
  }
  auto parsed = parse_request_head(bytes);
  if (parsed.refusal != 0) {
    return refuse(connection, parsed.refusal, parsed.why);
  }
  head = std::move(parsed.head);
  request = {head.method, head.target, head.headers, "", BodyState::Complete,
             connection.listener()};
  if (head.chunked || head.content_length > kMaxBody) {
    request.body_state = BodyState::NotRead;
    head.keep_alive = false;
    return true;
  }
  if (head.content_length > 0) {
    const auto expect = head.headers.joined("Expect");
    if (base::equals_ignoring_case(expect, "100-continue") &&
        !connection.write("HTTP/1.1 100 Continue\r\n\r\n", limits.write)) {
      return false;
    }
    return connection.read_body(request.body, static_cast<std::size_t>(head.content_length),
                                base::Deadline::after(limits.head)) == Connection::ReadEnd::Ok;
  }
  return true;
}

ServerResponse HttpServer::State::handle(ServerRequest request) {
  try {
    return handler(std::move(request));
  } catch (const std::exception& failure) {
    base::log_error("a request handler threw: this is a bug", {{"what", failure.what()}});
    return refusal(500, "internal error");
  }
}

bool HttpServer::State::serve_one(Connection& connection) {
  RequestHead head;
  ServerRequest request;
  if (!read_request(connection, head, request)) {
    return false;
  }
  touch();
  {
    const std::lock_guard lock(mutex);
    ++answering;
  }
  auto response = handle(std::move(request));
  head.keep_alive = head.keep_alive && !draining;
  const bool whole = writer.write(connection, head, std::move(response), limits.write);
  touch();
  {
    const std::lock_guard lock(mutex);
    --answering;
    quiet.notify_all();
  }
  return whole && head.keep_alive;
}

HttpServer::HttpServer(Handler handler, ServerLimits limits)
    : state_(std::make_unique<State>(std::move(handler), limits)) {}

HttpServer::~HttpServer() { drain(base::Deadline::after(std::chrono::seconds(0))); }

base::Result<std::uint16_t> HttpServer::listen(const std::string& host, std::uint16_t port,
                                               const std::string& tag) {
  ECRELAY_TRY(auto listener,
              Listener::open(host, port, tag, [state = state_.get(), tag](base::UniqueFd fd) {
                state->accept(std::move(fd), tag);
              }));
  const auto bound = listener->port();
  const std::lock_guard lock(state_->mutex);
  state_->listeners.push_back(std::move(listener));
  return bound;
}

void HttpServer::stop_listening(const std::string& tag) {
  std::list<std::unique_ptr<Listener>> ending;
  {
    const std::lock_guard lock(state_->mutex);
    for (auto it = state_->listeners.begin(); it != state_->listeners.end();) {
      const auto next = std::next(it);
      if ((*it)->tag() == tag) {
        ending.splice(ending.end(), state_->listeners, it);
      }
      it = next;
    }
  }
}

bool HttpServer::drain(base::Deadline deadline) {
  std::list<std::unique_ptr<Listener>> ending;
  {
    const std::lock_guard lock(state_->mutex);
    ending.swap(state_->listeners);
  }
  ending.clear();
  state_->draining = true;
  state_->idle.close_all();
  bool whole = false;
  {
    std::unique_lock lock(state_->mutex);
    whole = state_->quiet.wait_until(lock, deadline.when(), [&] { return state_->answering == 0; });
    for (const auto* connection : state_->serving) {
      ::shutdown(connection->fd(), SHUT_RDWR);
    }
  }
  state_->workers.stop();
  return whole;
}

std::size_t HttpServer::open_connections() const { return state_->open; }

std::uint64_t HttpServer::refused_connections() const { return state_->refused; }

base::Steady::time_point HttpServer::last_activity() const {
  const std::lock_guard lock(state_->mutex);
  return state_->answering > 0 ? base::Steady::now()
                               : base::Steady::time_point(base::Steady::duration(
                                     state_->last_activity.load()));
}

}  // namespace ecrelay::net
