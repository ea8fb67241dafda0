#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "base/url.hpp"
#include "net/http_client.hpp"
#include "support/raw_socket.hpp"

namespace ecrelay::net {

/// A listening socket on loopback whose connections go nowhere by themselves: port 0, given
/// backlog.
class ListeningSocket {
 public:
  explicit ListeningSocket(int backlog) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(fd_.get(), backlog) != 0 ||
        ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen on loopback");
    }
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  base::UniqueFd fd_;
  std::uint16_t port_ = 0;
};

/// A server that does with each connection what the test says, right or wrong: `script` runs on a
/// thread of the connection's own, which is closed when it returns. Requests are taken by
/// read_until("\r\n\r\n"), and kept for the test. Thread-safe.
class ScriptedServer {
 public:
  /// `number` counts the connections from 0.
  using Script = std::function<void(support::RawSocket& connection, int number)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)), listening_(64) {
    ::signal(SIGPIPE, SIG_IGN);  // as every program has to that uses HttpClient
    thread_ = std::thread([this] { accept_until_stopped(); });
  }
  /// A script's read ends with its connection.
  ~ScriptedServer() {
    ::shutdown(listening_.fd(), SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const auto& connection : connections_) {
        if (connection.connected()) {
          ::shutdown(connection.fd(), SHUT_RDWR);
        }
      }
    }
    for (auto& thread : threads_) {
      thread.join();
    }
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(listening_.port()) + target;
  }
  [[nodiscard]] int connections() const { return accepted_; }

 private:
  void accept_until_stopped() {
    while (true) {
      base::UniqueFd fd(::accept4(listening_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd.valid()) {
        return;
      }
      const std::lock_guard lock(mutex_);
      auto& connection = connections_.emplace_back(std::move(fd));
      threads_.emplace_back([this, &connection, number = accepted_++] {
        script_(connection, number);
        const std::lock_guard closing(mutex_);
        connection = support::RawSocket(base::UniqueFd());
      });
    }
  }

  const Script script_;
  ListeningSocket listening_;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::list<support::RawSocket> connections_;
  std::vector<std::thread> threads_;
  std::thread thread_;
};

/// Answers every request on a connection with the same bytes.
inline ScriptedServer::Script always(std::string answer) {
  return [answer = std::move(answer)](support::RawSocket& connection, int) {
    while (!connection.read_until("\r\n\r\n").empty()) {
      connection.send(answer);
    }
  };
}

inline HttpRequest request_for(const std::string& url) {
  return {.url = *base::Url::parse(url)};
}

/// The value of a header field in a request head, or "".
inline std::string field_of(const std::string& head, const std::string& name) {
  return support::parse_answer_head(head).header(name);
}

inline std::string answer_200(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
         "\r\n" + body;
}

}  // namespace ecrelay::net
