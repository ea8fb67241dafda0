#include "support/ecr_double/http_server.hpp"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "base/worker_pool.hpp"
#include "support/ecr_double/connection.hpp"
#include "support/ecr_double/reply_writer.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::size_t kMaxConnections = 512;
constexpr int kBacklog = 1024;
constexpr std::chrono::seconds kIdle{60};
constexpr std::string_view kControlPath = "/_emulator/";

/// cpp-httplib gives a handler no way to its connection; both run on the connection's thread.
thread_local Connection* current_connection = nullptr;

class Workers final : public httplib::TaskQueue {
 public:
  // From 0.15 on the library wants to know whether the task was taken.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>()));

  Taken enqueue(std::function<void()> task) override {
    return static_cast<Taken>(pool_.submit(std::move(task)));
  }
  void shutdown() override { pool_.stop(); }

 private:
  base::WorkerPool pool_{kMaxConnections};
};

Request convert(const httplib::Request& raw) {
  Request request;
  request.method = raw.method;
  request.target = raw.target;
  const auto question = raw.target.find('?');
  request.path = raw.target.substr(0, question);
  request.query = question == std::string::npos ? "" : raw.target.substr(question + 1);
  request.headers.assign(raw.headers.begin(), raw.headers.end());
  request.body = raw.body;
  return request;
}

LogEntry log_entry(Service service, const Endpoint& endpoint, const Request& request) {
  LogEntry entry;
  entry.service = service;
  entry.kind = endpoint.kind(request);
  entry.method = request.method;
  entry.path = request.path;
  entry.query = redacted_query(request.query);
  entry.host = request.header("Host");
  entry.accept = request.header("Accept");
  entry.range = request.header("Range");
  entry.has_authorization = request.has_header("Authorization");
  return entry;
}

Reply fault_reply(const Fault& fault) {
  Reply reply;
  reply.status = fault.status;
  reply.headers = fault.headers;
  reply.body = Content(fault.body);
  return reply;
}

}  // namespace

class HttpServer::Listener final : public httplib::Server {
 public:
  Listener(Service service, Endpoint& endpoint, ServerContext context)
      : service_(service), endpoint_(endpoint), context_(context) {
    new_task_queue = [] { return new Workers; };
    set_keep_alive_timeout(kIdle.count());
    set_keep_alive_max_count(1'000'000);
    // The library's own default, SO_REUSEPORT, would let two doubles share a port.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    const Handler handler = [this](const httplib::Request& request, httplib::Response& response) {
      respond(request, response);
    };
    const std::string any = R"([\s\S]*)";
    Get(any, handler).Post(any, handler).Put(any, handler);
    Patch(any, handler).Delete(any, handler).Options(any, handler);
    make_static_tables();
  }

  base::Result<std::uint16_t> bind(const std::string& address, std::uint16_t port) {
    const int bound =
        port == 0 ? bind_to_any_port(address) : (bind_to_port(address, port) ? port : -1);
    if (bound < 0) {
      return base::Error{base::ErrorCode::Unavailable,
                         "cannot listen on " + address + ":" + std::to_string(port)};
    }
    ::listen(svr_sock_, kBacklog);
    return static_cast<std::uint16_t>(bound);
  }

  void serve() {
    thread_ = std::thread([this] { listen_after_bind(); });
    // stop() before the loop runs would be lost.
    const auto deadline = base::Deadline::after(std::chrono::seconds(10));
    while (!is_running() && !deadline.passed()) {
      std::this_thread::yield();
    }
  }

  void end() {
    stopping_ = true;
    stop();
    {
      const std::lock_guard lock(mutex_);
      for (auto* const connection : connections_) {
        connection->shut_down();
      }
    }
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket);
    {
      const std::lock_guard lock(mutex_);
      connections_.push_back(&connection);
    }
    context_.log.count_connection(service_);
    current_connection = &connection;
    bool closed = false;
    while (!stopping_ && !closed && connection.wait_for_request(kIdle) &&
           process_one(*this, connection, closed) && connection.open()) {
    }
    current_connection = nullptr;
    const std::lock_guard lock(mutex_);
    std::erase(connections_, &connection);
    return true;
  }

  /// The library makes its static tables at its first request: with this one, before threads share
  /// them.
  void make_static_tables() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return;
    }
    const base::UniqueFd peer(ends[0]);
    Connection connection(ends[1]);
    constexpr std::string_view kUnknownMethod = "BREW / HTTP/1.1\r\n\r\n";
    if (::send(peer.get(), kUnknownMethod.data(), kUnknownMethod.size(), MSG_NOSIGNAL) > 0) {
      ::shutdown(peer.get(), SHUT_WR);
      bool closed = false;
      process_one(*this, connection, closed);
    }
  }

  /// `Self` makes the choice between the library's signatures a matter of the template.
  template <typename Self>
  static bool process_one(Self& self, Connection& connection, bool& closed) {
    const std::function<void(httplib::Request&)> setup = [](httplib::Request& request) {
      // Ranges and encodings are for the endpoints alone to deal with.
      request.ranges.clear();
      request.headers.erase("Accept-Encoding");
      // `curl -X POST` sends neither, and the library would read until the client closes.
      if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
        request.headers.emplace("Content-Length", "0");
      }
    };
    if constexpr (requires { self.process_request(connection, false, closed, setup); }) {
      return self.process_request(connection, false, closed, setup);
    } else {
      return self.process_request(connection, "127.0.0.1", 0, "127.0.0.1", 0, false, closed, setup);
    }
  }

  void respond(const httplib::Request& raw, httplib::Response& response) {
    assert(current_connection != nullptr);
    auto& connection = *current_connection;
    const auto request = convert(raw);
    if (request.path.starts_with(kControlPath)) {
      fill(response, endpoint_.answer(request), Fault(), connection, std::nullopt);
      return;
    }
    const auto fault = context_.faults.next(service_, request).value_or(Fault());
    std::ignore = context_.pause.sleep_for(fault.delay);  // The end comes with a closed socket.
    auto entry = log_entry(service_, endpoint_, request);
    if (fault.breakage != Breakage::None && !fault.after_body_bytes && fault.status == 0) {
      context_.log.begin(std::move(entry));
      break_connection(connection, fault.breakage);
      return;
    }
    auto reply = fault.status != 0 ? fault_reply(fault) : endpoint_.answer(request);
    std::ignore = context_.pause.sleep_for(reply.pace.latency);
    entry.status = reply.status;
    const auto logged = context_.log.begin(std::move(entry));
    fill(response, std::move(reply), fault, connection, logged);
  }

  void fill(httplib::Response& response, Reply reply, const Fault& fault, Connection& connection,
            std::optional<std::uint64_t> logged) {
    response.status = reply.status;
    response.headers.emplace("Date", http_date(context_.clock.wall()));
    std::string type = "application/octet-stream";
    for (const auto& [name, value] : reply.headers) {
      if (name == "Content-Type") {
        type = value;
      } else {
        response.headers.emplace(name, value);
      }
    }
    const auto size = reply.body.size();
    auto writer = std::make_shared<ReplyWriter>(std::move(reply), fault, connection, context_.log,
                                                logged.value_or(kNotLogged), context_.pause);
    const auto provider = [writer](std::size_t, httplib::DataSink& sink) {
      return writer->send(sink);
    };
    if (fault.framing == Framing::Chunked) {
      response.set_chunked_content_provider(type, provider);
      return;
    }
    response.headers.emplace("Content-Length", std::to_string(size));
    response.set_content_provider(type, provider);
  }

  static constexpr std::uint64_t kNotLogged = ~std::uint64_t{0};

  const Service service_;
  Endpoint& endpoint_;
  const ServerContext context_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<Connection*> connections_;
};

HttpServer::HttpServer(Service service, Endpoint& endpoint, ServerContext context)
    : listener_(std::make_unique<Listener>(service, endpoint, context)) {}

HttpServer::~HttpServer() {
  stop();
}

base::Result<std::uint16_t> HttpServer::bind(const std::string& address, std::uint16_t port) {
  return listener_->bind(address, port);
}

void HttpServer::serve() {
  listener_->serve();
}

void HttpServer::stop() {
  listener_->end();
}

}  // namespace ecrelay::ecr_double
