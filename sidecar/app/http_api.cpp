#include "app/http_api.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/api_jobs.hpp"
#include "app/api_status.hpp"
#include "app/control_token.hpp"
#include "app/host_check.hpp"
#include "base/strings.hpp"

namespace ecrelay::app {
namespace {

struct Route {
  std::string_view method;
  std::string_view pattern;  // "*" stands for one part
  Caller least = Caller::Reader;
  net::ServerResponse (*answer)(Relay&, const ApiRequest&) = nullptr;
};

constexpr std::array kRoutes = {
    Route{"GET", "/healthz", Caller::Anyone, show_health},
    Route{"GET", "/readyz", Caller::Anyone, show_readiness},
    Route{"GET", "/metrics", Caller::Reader, show_metrics},
    Route{"GET", "/", Caller::Reader, show_dashboard},
    Route{"GET", "/api/v1/status", Caller::Reader, show_status},
    Route{"GET", "/api/v1/resolve", Caller::Reader, show_resolved},
    Route{"GET", "/api/v1/jobs", Caller::Reader, list_jobs},
    Route{"POST", "/api/v1/jobs", Caller::Controller, open_job},
    Route{"GET", "/api/v1/jobs/*", Caller::Reader, show_job},
    Route{"GET", "/api/v1/jobs/*/report", Caller::Reader, show_job_report},
    Route{"POST", "/api/v1/jobs/*/close", Caller::Controller, close_job},
    Route{"POST", "/api/v1/shutdown", Caller::Controller, shut_down},
};

bool matches(const Route& route, const ApiRequest& request) {
  const auto wanted = base::split(route.pattern.substr(1), '/');
  return std::equal(wanted.begin(), wanted.end(), request.parts.begin(), request.parts.end(),
                    [](const std::string& pattern, const std::string& part) {
                      return pattern == part || (pattern == "*" && !part.empty());
                    });
}

bool checks_host(const ApiRequest& request) {
  return request.path == "/" || request.parts.front() == "api";
}

net::ServerResponse refuse_method(const std::vector<std::string>& allowed) {
  auto response = reply_error(405, "this path takes " + base::join(allowed, ", "));
  response.headers.add("Allow", base::join(allowed, ", "));
  return response;
}

net::ServerResponse refuse_caller(Caller least) {
  auto response = reply_error(
      401, least == Caller::Controller
               ? "this needs Authorization: Bearer with the token in control.token of the state "
                 "directory (or ECRELAY_CONTROL_TOKEN)"
               : "this needs Authorization: Bearer with the client token");
  response.headers.add("WWW-Authenticate", "Bearer realm=\"ecrelay\"");
  return response;
}

}  // namespace

HttpApi::HttpApi(Relay& relay, base::Secret control_token, ClientGate gate)
    : relay_(relay), control_token_(std::move(control_token)), gate_(std::move(gate)) {}

Caller HttpApi::caller_of(const net::ServerRequest& request) const {
  const auto shown = request.headers.get("Authorization").value_or("");
  if (bears_token(shown, control_token_)) {
    return Caller::Controller;
  }
  return gate_.admits(request) ? Caller::Reader : Caller::Anyone;
}

net::ServerResponse HttpApi::handle(const net::ServerRequest& http) const {
  auto request = ApiRequest::read(http);
  if (checks_host(request) &&
      !names_this_relay(http.headers.get("Host").value_or(""), relay_.options().listen)) {
    return reply_error(403, "the Host field names another machine; ask by the relay's own address");
  }
  const auto method = http.method == "HEAD" ? std::string_view("GET") : http.method;
  std::vector<std::string> allowed;
  for (const auto& route : kRoutes) {
    if (!matches(route, request)) {
      continue;
    }
    if (route.method == method) {
      request.caller = caller_of(http);
      return request.caller < route.least ? refuse_caller(route.least)
                                          : route.answer(relay_, request);
    }
    allowed.emplace_back(route.method);
    if (route.method == "GET") {
      allowed.emplace_back("HEAD");
    }
  }
  return allowed.empty() ? reply_error(404, "there is nothing at this path")
                         : refuse_method(allowed);
}

base::Result<void> serve_api(Relay& relay, const base::Environment& environment) {
  ECRELAY_TRY(auto control, ensure_control_token(relay.options().state_dir, environment));
  ECRELAY_TRY(auto gate, ClientGate::open(relay.options()));
  const auto api = std::make_shared<HttpApi>(relay, std::move(control), std::move(gate));
  relay.set_api([api](const net::ServerRequest& request) { return api->handle(request); });
  return {};
}

}  // namespace ecrelay::app
