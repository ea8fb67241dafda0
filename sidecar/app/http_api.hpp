#pragma once

#include "app/api_exchange.hpp"
#include "app/client_gate.hpp"
#include "app/relay.hpp"
#include "base/secret.hpp"
#include "net/http_server.hpp"

namespace ecrelay::app {

/// Every path that is not the mirror's: /healthz, /readyz, /metrics, the page for a person, and
/// /api/v1. Who may do what is decided here: changing needs the control token, reading what pulling
/// needs; Host has to name this relay on / and /api. Borrows the relay, whose
/// connections call it: thread-safe.
class HttpApi {
 public:
  HttpApi(Relay& relay, base::Secret control_token, ClientGate gate);

  net::ServerResponse handle(const net::ServerRequest& http) const;

 private:
  [[nodiscard]] Caller caller_of(const net::ServerRequest& request) const;

  Relay& relay_;
  const base::Secret control_token_;
  const ClientGate gate_;
};

/// Makes the tokens (the state directory's, the client token file's) and answers for the relay.
base::Result<void> serve_api(Relay& relay, const base::Environment& environment);

}  // namespace ecrelay::app
