#include "support/ecr_double/ecr_double.hpp"

#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/strings.hpp"
#include "support/ecr_double/api.hpp"
#include "support/ecr_double/downloads.hpp"
#include "support/ecr_double/ecr_actions.hpp"
#include "support/ecr_double/http_server.hpp"
#include "support/ecr_double/registry.hpp"
#include "support/ecr_double/state.hpp"
#include "support/ecr_double/upstream.hpp"

namespace ecrelay::ecr_double {

struct EcrDouble::Parts {
  explicit Parts(Options options)
      : state(std::move(options)),
        api(state),
        registry(state),
        s3(state),
        cdn(state),
        upstream(state),
        context{state.faults, state.log, state.pause, state.clock},
        servers{HttpServer(Service::Api, api, context),
                HttpServer(Service::Registry, registry, context),
                HttpServer(Service::S3, s3, context), HttpServer(Service::Cdn, cdn, context),
                HttpServer(Service::Upstream, upstream, context)} {}

  /// Binds, and gives the address to tell clients: `host` in place of the bound one, if not empty.
  std::string bind(Service service, const std::string& host) {
    const auto& options = state.options;
    const auto wanted = options.ports.find(service);
    const auto port = servers.at(static_cast<std::size_t>(service))
                          .bind(options.bind, wanted == options.ports.end() ? 0 : wanted->second);
    if (!port) {
      throw std::runtime_error(port.error().message);
    }
    return (host.empty() ? options.bind : host) + ":" + std::to_string(*port);
  }

  State state;
  ApiEndpoint api;
  RegistryEndpoint registry;
  S3Endpoint s3;
  CdnEndpoint cdn;
  UpstreamEndpoint upstream;
  ServerContext context;
  std::array<HttpServer, std::size(kServices)> servers;
};

EcrDouble::EcrDouble(Options options) : parts_(std::make_unique<Parts>(std::move(options))) {
  auto& state = parts_->state;
  state.addresses.api = parts_->bind(Service::Api, "");
  state.addresses.registry = parts_->bind(Service::Registry, "");
  state.addresses.s3 = parts_->bind(Service::S3, state.options.s3_host);
  state.addresses.cdn = parts_->bind(Service::Cdn, state.options.cdn_host);
  state.addresses.upstream = parts_->bind(Service::Upstream, "");
  for (auto& server : parts_->servers) {
    server.serve();
  }
}

EcrDouble::~EcrDouble() {
  parts_->state.pause.end();
  for (auto& server : parts_->servers) {
    server.stop();
  }
}

std::string EcrDouble::api_url() const {
  return "http://" + parts_->state.addresses.api;
}
std::string EcrDouble::registry_url() const {
  return "http://" + parts_->state.addresses.registry;
}
std::string EcrDouble::s3_url() const {
  return "http://" + parts_->state.addresses.s3;
}
std::string EcrDouble::cdn_url() const {
  return "http://" + parts_->state.addresses.cdn;
}
std::string EcrDouble::upstream_url() const {
  return "http://" + parts_->state.addresses.upstream;
}

std::map<std::string, std::string> EcrDouble::environment() const {
  const auto& options = parts_->state.options;
  std::set<std::string> registries;
  for (const auto& name : parts_->state.upstream.registries()) {
    registries.insert(name);
  }
  for (const auto& rule : options.rules) {
    registries.insert(registry_of_url(rule.upstream_registry_url));
  }
  std::vector<std::string> upstreams;
  for (const auto& name : registries) {
    upstreams.push_back(name + "=" + upstream_url());
  }
  std::map<std::string, std::string> variables = {
      {"AWS_ACCESS_KEY_ID", options.credentials.access_key},
      {"AWS_SECRET_ACCESS_KEY", options.credentials.secret_key},
      {"AWS_REGION", options.region},
      {"AWS_DEFAULT_REGION", options.region},
      {"AWS_ENDPOINT_URL_ECR", api_url()},
      {"AWS_ENDPOINT_URL_STS", api_url()},
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"ECRELAY_UPSTREAM", base::join(upstreams, ",")},
  };
  if (!options.credentials.session_token.empty()) {
    variables["AWS_SESSION_TOKEN"] = options.credentials.session_token;
  }
  return variables;
}

ImageLibrary& EcrDouble::upstream() {
  return parts_->state.upstream;
}

void EcrDouble::push(const std::string& repository, const std::string& tag, const Image& image) {
  const Arrival now{parts_->state.clock.steady(), parts_->state.clock.wall()};
  parts_->state.ecr.add(repository, tag, image, now, now);
}

std::string EcrDouble::issue_password() {
  return parts_->state.identity.issue_token(settings().token_life).password;
}

Settings EcrDouble::settings() const {
  return parts_->state.settings();
}

void EcrDouble::change(const std::function<void(Settings&)>& change_it) {
  auto settings = parts_->state.settings();
  change_it(settings);
  parts_->state.set(settings);
}

void EcrDouble::set_token_life(std::chrono::milliseconds life) {
  change([life](Settings& settings) { settings.token_life = life; });
}

void EcrDouble::expire_tokens() {
  parts_->state.identity.expire_tokens();
}
void EcrDouble::expire_credentials() {
  parts_->state.identity.expire_credentials();
}
void EcrDouble::expire_downloads() {
  parts_->state.links.expire();
}
void EcrDouble::add_fault(FaultRule rule) {
  parts_->state.faults.add(std::move(rule));
}
void EcrDouble::clear_faults() {
  parts_->state.faults.clear();
}

void EcrDouble::throttle(Service service, unsigned count) {
  const auto reply = service == Service::Api
                         ? api_error(400, "ThrottlingException", "Rate exceeded")
                         : registry_error(429, "TOOMANYREQUESTS", "Rate exceeded");
  FaultRule rule{.service = service, .count = count};
  rule.fault.status = reply.status;
  rule.fault.headers = reply.headers;
  rule.fault.body = reply.body.view();
  add_fault(std::move(rule));
}

std::vector<LogEntry> EcrDouble::log() const {
  return parts_->state.log.entries();
}
Counters EcrDouble::counters() const {
  return parts_->state.log.counters();
}
void EcrDouble::reset() {
  parts_->state.reset();
}

}  // namespace ecrelay::ecr_double
