#pragma once

#include "app/api_exchange.hpp"
#include "app/relay.hpp"
#include "net/http_server.hpp"
#include "stats/json_document.hpp"

namespace ecrelay::app {

/// version, instance, ready, identity, rules, store, jobs, totals, problems; never a secret.
stats::Json status_json(Relay& relay);

net::ServerResponse show_health(Relay& relay, const ApiRequest& request);
/// 503 until credentials and rules are there. Who may not read is not told why.
net::ServerResponse show_readiness(Relay& relay, const ApiRequest& request);
net::ServerResponse show_metrics(Relay& relay, const ApiRequest& request);
net::ServerResponse show_status(Relay& relay, const ApiRequest& request);
net::ServerResponse show_dashboard(Relay& relay, const ApiRequest& request);
/// `ref`, which may be given again.
net::ServerResponse show_resolved(Relay& relay, const ApiRequest& request);
net::ServerResponse shut_down(Relay& relay, const ApiRequest& request);

}  // namespace ecrelay::app
