#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/url.hpp"
#include "net/client_connection.hpp"

namespace ecrelay::net {

/// Kept-alive client connections by origin, the youngest first; one that idled too long is closed
/// instead of used, since the server may be about to close it. Each exchange takes one out and
/// gives it back. Thread-safe.
class ClientConnections {
 public:
  struct Lease {
    std::unique_ptr<ClientConnection> connection;
    bool reused = false;
  };

  Lease take(const base::Url& url);
  /// A connection never asked for again.
  static Lease make(const base::Url& url);
  void give_back(const base::Url& url, std::unique_ptr<ClientConnection> connection);

 private:
  struct Idle {
    std::unique_ptr<ClientConnection> connection;
    base::Steady::time_point since;
  };
  using IdleByOrigin = std::map<std::string, std::vector<Idle>>;
  std::vector<Idle> take_expired_locked();

  std::mutex mutex_;
  IdleByOrigin idle_;  // of each origin the youngest is the last
};

}  // namespace ecrelay::net
