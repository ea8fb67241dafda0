#include "app/api_status.hpp"

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "app/dashboard.hpp"
#include "app/resolved_reference.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "stats/report_json.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

/// The account in a registry's host, "123456789012.dkr.ecr..."; empty for another host.
std::string account_in(const std::string& host) {
  constexpr std::size_t kDigits = 12;
  const auto first = host.substr(0, host.find('.'));
  const bool is_account =
      first.size() == kDigits && first.find_first_not_of("0123456789") == std::string::npos;
  return is_account ? first : "";
}

Json identity_json(Relay& relay) {
  const auto registry = relay.account().registry();
  const auto account =
      relay.options().registry_id.value_or(registry ? account_in(registry->host) : "");
  return Json::object({{"source", Json::text_or_null(relay.identity_source())},
                       {"account", Json::text_or_null(account)},
                       {"region", Json::text_or_null(relay.region())},
                       {"role", Json()},
                       {"registry", registry ? Json(registry->origin()) : Json()}});
}

Json rule_json(const proxy::Rule& rule, std::string_view source) {
  return Json::object({{"upstream", rule.upstream},
                       {"upstream_prefix", rule.upstream_prefix},
                       {"prefix", rule.prefix},
                       {"source", source}});
}

Json rules_json(Relay& relay) {
  const auto rules = relay.account().rules();
  Json json = Json::array();
  for (const auto& rule : rules.given()) {
    json.push(rule_json(rule, "given"));
  }
  for (const auto& rule : rules.discovered()) {
    json.push(rule_json(rule, "discovered"));
  }
  return json;
}

Json store_json(Relay& relay) {
  const auto usage = relay.store().space().usage();
  return Json::object({{"folder", relay.options().cache_dir},
                       {"limit_bytes", usage.limit},
                       {"used_bytes", usage.used},
                       {"reserved_bytes", usage.reserved},
                       {"blobs", usage.blobs},
                       {"evictions", usage.evictions}});
}

Json problems_json(Relay& relay) {
  Json problems = Json::array();
  const auto add = [&](std::string_view what, const std::string& why) {
    if (!why.empty()) {
      problems.push(Json::object({{"what", what}, {"why", why}}));
    }
  };
  add("ECR is not ready", relay.not_ready_reason());
  add("the store keeps nothing", relay.store().problem());
  add("the statistics are not complete", relay.recorder().problem().value_or(""));
  return problems;
}

Json open_jobs_json(Relay& relay) {
  Json jobs = Json::array();
  for (const auto& job : relay.jobs().open_jobs()) {
    auto json = stats::job_json(job);
    json.set("totals", stats::totals_json(relay.recorder().totals(job.id)));
    jobs.push(json);
  }
  return jobs;
}

bool has_looked(Relay& relay) {
  return relay.wait_first_look(base::Deadline::after(std::chrono::nanoseconds(0)));
}

}  // namespace

Json status_json(Relay& relay) {
  const auto reason = relay.not_ready_reason();
  return Json::object({{"version", version()},
                       {"instance", relay.instance()},
                       {"pid", ::getpid()},
                       {"endpoint", relay.endpoint()},
                       {"started_at", base::unix_micros(relay.started_at())},
                       {"ready", reason.empty()},
                       {"reason", Json::text_or_null(reason)},
                       {"identity", identity_json(relay)},
                       {"rules", rules_json(relay)},
                       {"store", store_json(relay)},
                       {"jobs", open_jobs_json(relay)},
                       {"totals", stats::totals_json(relay.recorder().totals())},
                       {"problems", problems_json(relay)}});
}

net::ServerResponse show_health(Relay& relay, const ApiRequest&) {
  return reply_json(
      200,
      Json::object({{"status", "ok"}, {"instance", relay.instance()}, {"version", version()}}));
}

net::ServerResponse show_readiness(Relay& relay, const ApiRequest& request) {
  const bool looked = has_looked(relay);
  const auto reason = relay.not_ready_reason();
  auto json = Json::object({{"ready", reason.empty()}, {"looked", looked}});
  if (request.caller >= Caller::Reader) {
    json.set("reason", Json::text_or_null(reason));
  }
  return reply_json(reason.empty() ? 200 : 503, json);
}

net::ServerResponse show_metrics(Relay& relay, const ApiRequest&) {
  return reply(200, "text/plain; version=0.0.4; charset=utf-8", relay.metrics_text());
}

net::ServerResponse show_status(Relay& relay, const ApiRequest&) {
  return reply_json(200, status_json(relay));
}

net::ServerResponse show_dashboard(Relay& relay, const ApiRequest&) {
  auto response = reply(200, "text/html; charset=utf-8", dashboard_page(status_json(relay)));
  response.headers.add("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  return response;
}

net::ServerResponse show_resolved(Relay& relay, const ApiRequest& request) {
  const auto references = request.query_values("ref");
  if (references.empty()) {
    return reply_error(400,
                       "name an image reference: /api/v1/resolve?ref=docker.io/library/node:20");
  }
  Json resolved = Json::array();
  for (const auto& reference : references) {
    const auto json = resolved_json(relay, reference);
    if (!json.ok()) {
      return reply_error(json.error());
    }
    resolved.push(*json);
  }
  return reply_json(200, resolved);
}

net::ServerResponse shut_down(Relay& relay, const ApiRequest&) {
  base::log_info("asked to stop through the API");
  auto response = reply_json(202, Json::object({{"status", "stopping"}}));
  // Only once the answer is out: whoever asked wants to read it.
  response.on_sent = [&relay](std::uint64_t, net::BodyEnd) { relay.request_stop(); };
  return response;
}

}  // namespace ecrelay::app
