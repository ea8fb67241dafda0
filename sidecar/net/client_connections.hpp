#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/url.hpp"

namespace httplib {
class Client;
}

namespace ecrelay::net {

/// Kept-alive client connections by origin, the youngest first; one that idled too long is closed
/// instead of used, since the server may be about to close it. A cpp-httplib client is one socket
/// and serialises its calls, so each exchange takes one out and gives it back. Thread-safe.
class ClientConnections {
 public:
  struct Lease {
    std::unique_ptr<httplib::Client> client;
    bool reused = false;
  };

  ClientConnections();
  ~ClientConnections();

  Lease take(const base::Url& url);
  /// A connection never asked for again.
  Lease make(const base::Url& url) const;
  void give_back(const base::Url& url, std::unique_ptr<httplib::Client> client);

 private:
  struct Idle {
    std::unique_ptr<httplib::Client> client;
    base::Steady::time_point since;
  };
  std::mutex mutex_;
  std::map<std::string, std::vector<Idle>> idle_;
};

}  // namespace ecrelay::net
