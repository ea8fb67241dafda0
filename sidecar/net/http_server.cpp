#include "net/http_server.hpp"

#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <iterator>
#include <list>
#include <mutex>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "net/connection.hpp"
#include "net/idle_connections.hpp"
#include "net/listener.hpp"
#include "net/request_head.hpp"
#include "net/request_reader.hpp"
#include "net/response_writer.hpp"

namespace ecrelay::net {
namespace {

// Threads beyond one a connection, for those that are turned away.
constexpr std::size_t kSpareWorkers = 8;
constexpr std::size_t kMaxTurnedAway = 256;
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
  struct Listening {
    std::shared_ptr<ConnectionOrigin> origin;
    std::unique_ptr<Listener> listener;
  };

  State(Handler request_handler, ServerLimits server_limits)
      : handler(std::move(request_handler)),
        limits(server_limits),
        workers(server_limits.max_connections + kSpareWorkers),
        idle(
            server_limits.keep_alive,
            [this](std::unique_ptr<Connection> connection) { resume(std::move(connection)); },
            [this] { --open; }) {}

  void accept(std::unique_ptr<Connection> connection);
  void turn_away(std::unique_ptr<Connection> connection);
  void resume(std::unique_ptr<Connection> connection);
  void serve(std::unique_ptr<Connection> connection);
  /// False: the connection is to be closed.
  bool serve_one(Connection& connection);
  void refuse(Connection& connection, const IncomingRequest& incoming);
  ServerResponse handle(ServerRequest request);
  void touch() { last_activity = base::Steady::now().time_since_epoch().count(); }

  Handler handler;
  ServerLimits limits;
  ResponseWriter writer;
  std::atomic<std::size_t> open{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::size_t> turned_away{0};  // and not closed yet
  std::atomic<bool> draining{false};
  std::atomic<base::Steady::rep> last_activity{base::Steady::now().time_since_epoch().count()};

  mutable std::mutex mutex;
  std::condition_variable quiet;
  std::size_t answering = 0;
  std::set<Connection*> serving;
  std::list<Listening> listeners;

  base::WorkerPool workers;
  IdleConnections idle;
};

void HttpServer::State::accept(std::unique_ptr<Connection> connection) {
  if (++open > limits.max_connections && !idle.close_oldest()) {
    --open;
    ++refused;
    turn_away(std::move(connection));
  } else if (connection->wait_readable(std::chrono::milliseconds(0))) {
    resume(std::move(connection));
  } else {
    idle.park(std::move(connection));  // one that never asks anything costs no thread
  }
}

void HttpServer::State::turn_away(std::unique_ptr<Connection> connection) {
  constexpr std::string_view kBusy =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n";
  std::ignore = connection->write(kBusy, std::chrono::milliseconds(0));  // it is turned away anyway
  if (++turned_away > kMaxTurnedAway) {
    --turned_away;
    return;
  }
  auto owner = std::make_shared<std::unique_ptr<Connection>>(std::move(connection));
  std::ignore = workers.submit([this, owner] {  // not taken: the server ends
    (*owner)->close_gently();
    --turned_away;
  });
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
    park = go_on && (connection->listener_ended() || !connection->wait_readable(kStayTime));
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

void HttpServer::State::refuse(Connection& connection, const IncomingRequest& incoming) {
  RequestHead head;
  head.method = "GET";
  head.keep_alive = false;
  writer.write(connection, head, refusal(incoming.refusal, incoming.why), limits.write);
}

ServerResponse HttpServer::State::handle(ServerRequest request) {
  try {
    return handler(std::move(request));
  } catch (const std::exception& failure) {
    base::log_error("a request handler threw: this is a bug", {{"what", failure.what()}});
  } catch (...) {
    base::log_error("a request handler threw something: this is a bug");
  }
  return refusal(500, "internal error");
}

bool HttpServer::State::serve_one(Connection& connection) {
  auto incoming = read_request(connection, limits);
  if (incoming.kind == IncomingRequest::Kind::Refuse) {
    refuse(connection, incoming);
  }
  if (incoming.kind != IncomingRequest::Kind::Request) {
    return false;
  }
  touch();
  {
    const std::lock_guard lock(mutex);
    if (draining) {
      return false;
    }
    ++answering;
  }
  auto response = handle(std::move(incoming.request));
  auto& head = incoming.head;
  head.keep_alive = head.keep_alive && !draining && !connection.listener_ended();
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

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::stop() {
  if (!state_->draining) {
    drain(base::Deadline::after(std::chrono::seconds(0)));
  }
  state_->workers.stop();
}

base::Result<std::uint16_t> HttpServer::listen(const std::string& host, std::uint16_t port,
                                               const std::string& tag) {
  auto origin = std::make_shared<ConnectionOrigin>(tag);
  ECRELAY_TRY(auto listener,
              Listener::open(host, port, [state = state_.get(), origin](base::UniqueFd fd) {
                state->accept(std::make_unique<Connection>(std::move(fd), origin));
              }));
  const auto bound = listener->port();
  const std::lock_guard lock(state_->mutex);
  state_->listeners.push_back({std::move(origin), std::move(listener)});
  return bound;
}

void HttpServer::stop_listening(const std::string& tag) {
  std::list<State::Listening> ending;
  {
    const std::lock_guard lock(state_->mutex);
    for (auto it = state_->listeners.begin(); it != state_->listeners.end();) {
      const auto next = std::next(it);
      if (it->origin->tag == tag) {
        it->origin->ended = true;
        ending.splice(ending.end(), state_->listeners, it);
      }
      it = next;
    }
  }
  ending.clear();
  state_->idle.close_ended();
}

bool HttpServer::drain(base::Deadline deadline) {
  state_->draining = true;  // first: who sees a connection closed may rely on it
  std::list<State::Listening> ending;
  {
    const std::lock_guard lock(state_->mutex);
    ending.swap(state_->listeners);
  }
  ending.clear();
  state_->idle.close_all();
  bool whole = false;
  {
    std::unique_lock lock(state_->mutex);
    whole = state_->quiet.wait_until(lock, deadline.when(), [&] { return state_->answering == 0; });
    for (const auto* connection : state_->serving) {
      ::shutdown(connection->fd(), SHUT_RDWR);
    }
  }
  return whole;
}

std::size_t HttpServer::open_connections() const {
  return state_->open;
}

std::uint64_t HttpServer::refused_connections() const {
  return state_->refused;
}

base::Steady::time_point HttpServer::last_activity() const {
  const std::lock_guard lock(state_->mutex);
  return state_->answering > 0
             ? base::Steady::now()
             : base::Steady::time_point(base::Steady::duration(state_->last_activity.load()));
}

}  // namespace ecrelay::net
