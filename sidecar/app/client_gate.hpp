#pragma once

#include <optional>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/options.hpp"
#include "net/http_server.hpp"

namespace ecrelay::app {

/// Who may pull from, and read the API of, a relay that listens beyond loopback: whoever shows the
/// client token, as Bearer or as the password of Basic, which is what container clients can send to
/// a mirror. A relay on loopback alone asks nobody, since a 401 there makes dockerd send the user's
/// Docker Hub password. Immutable, so thread-safe.
class ClientGate {
 public:
  /// Reads --client-token-file where it is needed.
  static base::Result<ClientGate> open(const config::ServeOptions& options);

  [[nodiscard]] bool admits(const net::ServerRequest& request) const;
  /// The 401 for who is not admitted.
  [[nodiscard]] static net::ServerResponse refusal();

 private:
  explicit ClientGate(std::optional<base::Secret> token) : token_(std::move(token)) {}
  std::optional<base::Secret> token_;
};

}  // namespace ecrelay::app
