#pragma once

#include <httplib.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace ecrelay::net {

// Every difference between the cpp-httplib versions of the distributions (0.11.4 to 0.18.7),
// bridged by asking for the feature, never for a version number. Included by .cpp files of net/
// alone.

/// Keeps the request target as it is written (renamed in 0.23).
template <typename Client>
void keep_target_as_written(Client& client) {
  if constexpr (requires { client.set_path_encode(false); }) {
    client.set_path_encode(false);
  } else {
    client.set_url_encode(false);
  }
}

/// Opens the protected Server::process_request, which took on the addresses of both ends with 0.18.
/// It never listens: the connections are another one's.
class RequestServer : public httplib::Server {
 public:
  // A server without a socket counts as shutting down, and ends every body at once.
  RequestServer() { svr_sock_ = std::numeric_limits<int>::max(); }

  template <typename Setup>
  bool answer(httplib::Stream& stream, bool close_connection, bool& connection_closed,
              const Setup& setup) {
    return call(*this, stream, close_connection, connection_closed, setup);
  }

 private:
  template <typename Self, typename Setup>
  static bool call(Self& self, httplib::Stream& stream, bool close_connection,
                   bool& connection_closed, const Setup& setup) {
    if constexpr (requires {
                    self.process_request(stream, close_connection, connection_closed, setup);
                  }) {
      return self.process_request(stream, close_connection, connection_closed, setup);
    } else {
      return self.process_request(stream, std::string(), 0, std::string(), 0, close_connection,
                                  connection_closed, setup);
    }
  }
};

/// What TaskQueue::enqueue gives back: nothing before 0.15, whether the task was taken since.
using EnqueueResult =
    decltype(std::declval<httplib::TaskQueue&>().enqueue(std::declval<std::function<void()>>()));

}  // namespace ecrelay::net
