#pragma once

#include <memory>
#include <mutex>

#include "base/unique_fd.hpp"
#include "base/url.hpp"

namespace httplib {
class Client;
}

namespace ecrelay::net {

/// A cpp-httplib client, which is one socket and serialises its calls, and a duplicate of that
/// socket: through it another thread ends an exchange at any moment, where the library's own stop()
/// waits until a connect under way has ended. One thread exchanges; the rest is thread-safe.
class ClientConnection {
 public:
  explicit ClientConnection(const base::Url& url);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  [[nodiscard]] httplib::Client& client() { return *client_; }
  /// Whether TCP's handshake is over.
  [[nodiscard]] bool connected() const;
  /// Shuts the socket, if there is one yet: what waits for it ends.
  void interrupt();

 private:
  std::unique_ptr<httplib::Client> client_;
  mutable std::mutex mutex_;
  base::UniqueFd socket_;
};

}  // namespace ecrelay::net
