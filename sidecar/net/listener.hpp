#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace ecrelay::net {

/// A listening socket and the thread that accepts on it, through cpp-httplib. Binds without
/// SO_REUSEPORT (a second relay on the port must fail) and with a backlog of 1024 instead of the
/// library's 5; listens again if the library gives up (ENFILE, ECONNABORTED). `accepted` is called
/// on the accepting thread for each connection and must hand it on. Thread-safe.
class Listener {
 public:
  using Accepted = std::function<void(base::UniqueFd)>;

  static base::Result<std::unique_ptr<Listener>> open(const std::string& host, std::uint16_t port,
                                                      Accepted accepted);
  ~Listener();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Closes the socket and joins the thread.
  void stop();

 private:
  class Socket;
  Listener(std::string host, Accepted accepted);
  /// Gives the port.
  base::Result<std::uint16_t> bind_locked(std::uint16_t port);
  /// False once stop() was called.
  bool listen_again();
  void accept_until_stopped();

  const std::string host_;
  const Accepted accepted_;
  std::uint16_t port_ = 0;  // set before the thread starts
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::unique_ptr<Socket> socket_;  // made anew by the accepting thread alone, under the mutex
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace ecrelay::net
