#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "net/connection.hpp"

namespace ecrelay::net {

/// Connections between two requests, watched by one thread with epoll, so that an idle one costs no
/// thread and no polling. A readable one goes to `on_ready`; one that idled too long is closed.
/// Thread-safe; `on_ready` and `on_closed` are called on the watching thread and must be quick.
class IdleConnections {
 public:
  using Ready = std::function<void(std::unique_ptr<Connection>)>;

  IdleConnections(std::chrono::milliseconds limit, Ready on_ready, std::function<void()> on_closed);
  ~IdleConnections();

  /// Takes the connection; closes it at once after close_all(), or if its listener has ended.
  void park(std::unique_ptr<Connection> connection);
  /// Makes room: false if none was parked.
  bool close_oldest();
  /// Those whose listener has ended.
  void close_ended();
  void close_all();

 private:
  struct Parked {
    std::unique_ptr<Connection> connection;
    base::Steady::time_point since;
  };
  using Order = std::list<Parked>;

  void run(const std::stop_token& stop);
  void close_expired();
  void close(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> unpark_locked(Order::iterator place);

  const std::chrono::milliseconds limit_;
  const Ready on_ready_;
  const std::function<void()> on_closed_;
  base::UniqueFd epoll_;
  base::UniqueFd wake_;
  std::mutex mutex_;
  Order order_;  // the longest parked first
  std::unordered_map<int, Order::iterator> by_fd_;
  bool closing_ = false;
  std::jthread thread_;
};

}  // namespace ecrelay::net
