#include "app/relay_options.hpp"

#include "oci/reference.hpp"

namespace ecrelay::app {

proxy::EcrAccount::Options account_options(const config::ServeOptions& options,
                                           const AwsIdentity& identity) {
  proxy::EcrAccount::Options account;
  account.registry = options.registry;
  account.region = identity.region;
  account.registry_id = options.registry_id.value_or("");
  account.discover_rules = options.rules == config::RuleDiscovery::Auto;
  for (const auto& rule : options.rule) {
    account.given_rules.push_back(proxy::rule_of(rule.upstream, rule.prefix));
  }
  return account;
}

proxy::Routes::Options route_options(const config::ServeOptions& options) {
  proxy::Routes::Options routes;
  if (options.unmapped) {
    routes.unmapped = *options.unmapped == config::Fallback::Direct ? proxy::DirectPolicy::Always
                                                                    : proxy::DirectPolicy::Never;
  }
  routes.direct_on_ecr_failure = options.on_ecr_failure == config::Fallback::Direct;
  for (const auto& [host, url] : options.upstream) {
    routes.upstreams[oci::canonical_registry(host)] = url;
  }
  return routes;
}

proxy::Freshness freshness_of(const config::Freshness& option) {
  switch (option.kind) {
    case config::FreshnessKind::Always:
      return {proxy::Freshness::Kind::Always, {}};
    case config::FreshnessKind::Frozen:
      return {proxy::Freshness::Kind::Frozen, {}};
    case config::FreshnessKind::Duration:
      break;
  }
  return {proxy::Freshness::Kind::Duration, option.duration};
}

std::string job_option_text(const config::JobOption& option) {
  switch (option.kind) {
    case config::JobKind::Auto:
      return "auto";
    case config::JobKind::None:
      return "none";
    case config::JobKind::Given:
      break;
  }
  std::string text;
  for (const auto& [name, value] : option.fields) {
    text += (text.empty() ? "" : ",") + name + "=" + value;
  }
  return text;
}

net::ServerLimits server_limits(const config::ServeOptions& options) {
  net::ServerLimits limits;
  limits.max_connections = options.max_connections;
  return limits;
}

}  // namespace ecrelay::app
