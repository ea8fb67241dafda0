#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.hpp"
#include "net/client_connection.hpp"

namespace ecrelay::net {

/// Holds the deadlines of exchanges under way, which cpp-httplib cannot (its timeouts are per read
/// and fixed when the connection opens): one thread that shuts an exchange's socket when its
/// deadline has passed or its stop token asks. Accurate to about 50 ms. Thread-safe; never waits
/// for the network.
class ExchangeWatch {
 public:
  enum class Cause { None, Deadline, Stopped };

  /// One exchange, watched from construction to destruction. Used by one thread.
  class Guard {
   public:
    /// `connect` is 0 for a connection that is there; `first_byte` counts from when it is.
    Guard(ExchangeWatch& watch, ClientConnection& connection, std::chrono::milliseconds connect,
          std::chrono::milliseconds first_byte, std::stop_token stop);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    void extend(base::Deadline deadline) { deadline_ = ticks(deadline); }
    /// Why the socket was shut, if it was.
    [[nodiscard]] Cause cause() const { return cause_; }

   private:
    friend class ExchangeWatch;
    static base::Steady::rep ticks(base::Deadline deadline) {
      return deadline.when().time_since_epoch().count();
    }
    /// One look, on the watching thread.
    void check();

    ExchangeWatch& watch_;
    ClientConnection& connection_;
    const std::stop_token stop_;
    const std::chrono::milliseconds first_byte_;
    const base::Steady::rep at_first_;
    bool connecting_;  // of the watching thread alone
    std::atomic<base::Steady::rep> deadline_;
    std::atomic<Cause> cause_{Cause::None};
    std::list<Guard*>::iterator place_;
  };

  ExchangeWatch();
  ~ExchangeWatch();

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::list<Guard*> guards_;
  std::jthread thread_;
};

}  // namespace ecrelay::net
