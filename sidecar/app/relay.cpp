#include "app/relay.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "app/aws_identity.hpp"
#include "app/client_gate.hpp"
#include "app/relay_options.hpp"
#include "base/file_ops.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/worker_pool.hpp"
#include "net/http_client.hpp"
#include "proxy/fetch_coordinator.hpp"
#include "proxy/import_judge.hpp"
#include "proxy/manifest_source.hpp"
#include "proxy/mirror.hpp"
#include "stats/job_environment.hpp"

#ifndef ECRELAY_VERSION
#error "the build gives ECRELAY_VERSION"
#endif

namespace ecrelay::app {
namespace {

constexpr std::size_t kMaxWorkers = 512;
constexpr auto kDrainTime = std::chrono::seconds(8);
constexpr auto kFlushTime = std::chrono::seconds(5);

/// ECR's word on where its registry is, held to the rule that --registry is held to.
base::Result<aws::AuthorizationToken> checked_token(aws::EcrApi& api) {
  ECRELAY_TRY(auto token, api.get_authorization_token());
  if (token.proxy_endpoint.scheme != "https" && !token.proxy_endpoint.is_loopback()) {
    return base::Error{base::ErrorCode::PermissionDenied, "ECR names a registry without TLS, " +
                                                              token.proxy_endpoint.origin() +
                                                              ": its password is not sent there"};
  }
  return token;
}

upstream::EcrTokens::Fetch token_fetch(aws::EcrApi* api) {
  if (api == nullptr) {
    return nullptr;
  }
  return [api] { return checked_token(*api); };
}

std::string url_host(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

/// In the order of construction; what stands below may use what stands above.
struct Relay::Parts {
  Parts(const config::ServeOptions& serve_options, const base::Environment& environment,
        ClientGate client_gate)
      : options(serve_options),
        gate(std::move(client_gate)),
        metrics(ECRELAY_VERSION),
        identity(AwsIdentity::find(options, environment, client, clock)),
        account(
            account_options(options, identity), token_fetch(identity.api.get()),
            [this] { return identity.api->describe_pull_through_cache_rules(); }, identity.problem,
            clock),
        routes(route_options(options), account, client, metrics, clock),
        store({options.cache_dir, options.cache_size}, base::system_file_ops()),
        recorder(stats::Recorder::open(options.state_dir, clock)),
        jobs(*recorder, clock),
        workers(kMaxWorkers),
        imports(
            [this](const std::string& repository, const std::string& tag) {
              return identity.api->describe_image(repository, tag);
            },
            store.names(), *recorder, workers),
        manifests(store, *recorder, workers, metrics, clock),
        fetches(store, workers, metrics,
                [this](const store::RepositoryName& repository, const base::Digest& digest,
                       upstream::DownloadHost host) {
                  imports.download_seen(repository, digest, host);
                }),
        mirror({account, routes, store, manifests, fetches, imports, jobs, *recorder, workers,
                metrics, clock, freshness_of(options.freshness)}),
        server([this](net::ServerRequest request) { return handle(request); },
               server_limits(options)) {}

  net::ServerResponse handle(const net::ServerRequest& request) {
    if (proxy::is_mirror_path(request.target)) {
      // A job's own listener is on loopback.
      const bool admitted = !request.listener.empty() || gate.admits(request);
      return admitted ? mirror.handle(request) : ClientGate::refusal();
    }
    net::Handler answer;
    {
      const std::lock_guard lock(mutex);
      answer = api;
    }
    if (answer) {
      return answer(request);
    }
    net::ServerResponse response;
    response.status = 404;
    return response;
  }

  const config::ServeOptions options;
  const ClientGate gate;
  const base::SystemClock clock;
  base::Metrics metrics;
  net::HttpClient client;
  AwsIdentity identity;
  proxy::EcrAccount account;
  proxy::Routes routes;
  store::Store store;
  std::unique_ptr<stats::Recorder> recorder;
  stats::JobRegistry jobs;
  base::WorkerPool workers;
  proxy::ImportJudge imports;
  proxy::ManifestSource manifests;
  proxy::FetchCoordinator fetches;
  proxy::Mirror mirror;

  const std::string instance = base::random_hex(8);
  const base::Wall::time_point started_at = base::Wall::now();
  std::string endpoint;

  std::mutex mutex;
  std::condition_variable stop_asked;
  net::Handler api;
  std::mutex job_listeners_mutex;
  std::map<std::string, std::string> job_listeners;  // endpoint by job
  bool stopping = false;
  bool drained = false;

  net::HttpServer server;  // last: it calls into all of the above
};

Relay::Relay(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Relay::~Relay() {
  drain(base::Deadline::after(kDrainTime));
}

base::Result<std::unique_ptr<Relay>> Relay::start(const config::ServeOptions& options,
                                                  const base::Environment& environment) {
  ECRELAY_TRY_VOID(base::make_folders(options.state_dir));
  ECRELAY_TRY(auto gate, ClientGate::open(options));
  std::unique_ptr<Relay> relay(
      new Relay(std::make_unique<Parts>(options, environment, std::move(gate))));
  auto& parts = *relay->parts_;
  ECRELAY_TRY(const auto job,
              stats::job_from_option(job_option_text(options.job), environment, parts.clock));
  if (job) {
    ECRELAY_TRY(const auto opened, parts.jobs.open_default(*job));
    parts.store.space().job_opened(opened.id);
  }
  for (const auto& address : options.listen) {
    ECRELAY_TRY(const auto port, parts.server.listen(address.host, address.port, ""));
    if (parts.endpoint.empty()) {
      parts.endpoint = "http://" + url_host(address.host) + ":" + std::to_string(port);
    }
  }
  return relay;
}

const std::string& Relay::endpoint() const {
  return parts_->endpoint;
}
const std::string& Relay::instance() const {
  return parts_->instance;
}
base::Wall::time_point Relay::started_at() const {
  return parts_->started_at;
}
std::string Relay::not_ready_reason() const {
  return parts_->account.problem();
}
stats::JobRegistry& Relay::jobs() {
  return parts_->jobs;
}
stats::Recorder& Relay::recorder() {
  return *parts_->recorder;
}
store::Store& Relay::store() {
  return parts_->store;
}
proxy::EcrAccount& Relay::account() {
  return parts_->account;
}
const config::ServeOptions& Relay::options() const {
  return parts_->options;
}
const std::string& Relay::identity_source() const {
  return parts_->identity.source;
}
const std::string& Relay::region() const {
  return parts_->identity.region;
}

bool Relay::wait_first_look(base::Deadline deadline) {
  return parts_->account.wait_first_look(deadline);
}

std::string Relay::metrics_text() {
  using base::Metric;
  auto& metrics = parts_->metrics;
  const auto set = [&](Metric metric, std::uint64_t value) {
    metrics.set(metric, static_cast<std::int64_t>(value));
  };
  const auto usage = parts_->store.space().usage();
  set(Metric::StoreBytes, usage.used);
  set(Metric::StoreBlobs, usage.blobs);
  set(Metric::StoreLimitBytes, usage.limit);
  set(Metric::Evictions, usage.evictions);
  set(Metric::ConnectionsOpen, parts_->server.open_connections());
  set(Metric::ConnectionsRefused, parts_->server.refused_connections());
  set(Metric::Rules, parts_->account.rules().size());
  set(Metric::StatsRowsDropped, parts_->recorder->dropped());
  if (const auto tokens = parts_->account.tokens()) {
    set(Metric::EcrTokenRefreshes, tokens->fetches());
    set(Metric::EcrTokenFailures, tokens->failures());
  }
  return metrics.prometheus_text();
}

Resolved Relay::resolve(const std::string& registry, const std::string& repository,
                        const std::string& tag, const std::optional<base::Digest>& digest) {
  Resolved resolved;
  const auto route = parts_->routes.route(registry, repository, proxy::RouteFor::Manifest);
  resolved.mapped = route.mapped;
  const auto address = parts_->account.registry();
  if (address && !route.places.empty() && route.places.front().origin == stats::Origin::Ecr) {
    resolved.ecr_reference = address->authority() + "/" + route.places.front().repository +
                             (digest ? "@" + digest->str() : ":" + tag);
  }
  for (const auto& place : route.places) {
    resolved.places.emplace_back(stats::word(place.origin));
  }
  resolved.digest = digest;
  if (!digest) {
    if (const auto record = parts_->store.names().tag({registry, repository}, tag)) {
      resolved.digest = record->digest;
    }
  }
  resolved.in_store = resolved.digest && parts_->store.size_of(*resolved.digest).has_value();
  return resolved;
}

base::Result<std::string> Relay::open_job_listener(const std::string& job) {
  const std::lock_guard lock(parts_->job_listeners_mutex);
  const auto open = parts_->job_listeners.find(job);
  if (open != parts_->job_listeners.end()) {
    return open->second;
  }
  ECRELAY_TRY(const auto port, parts_->server.listen("127.0.0.1", 0, job));
  parts_->store.space().job_opened(job);
  return parts_->job_listeners[job] = "http://127.0.0.1:" + std::to_string(port);
}

void Relay::close_job_listener(const std::string& job) {
  const std::lock_guard lock(parts_->job_listeners_mutex);
  parts_->job_listeners.erase(job);
  parts_->server.stop_listening(job);
  parts_->store.space().job_closed(job);
}

base::Steady::time_point Relay::last_activity() const {
  return parts_->server.last_activity();
}

void Relay::set_api(net::Handler api) {
  const std::lock_guard lock(parts_->mutex);
  parts_->api = std::move(api);
}

void Relay::request_stop() {
  const std::lock_guard lock(parts_->mutex);
  parts_->stopping = true;
  parts_->stop_asked.notify_all();
}

bool Relay::wait_for_stop(base::Deadline deadline) {
  std::unique_lock lock(parts_->mutex);
  return parts_->stop_asked.wait_until(lock, deadline.when(), [&] { return parts_->stopping; });
}

void Relay::drain(base::Deadline deadline) {
  {
    const std::lock_guard lock(parts_->mutex);
    if (std::exchange(parts_->drained, true)) {
      return;
    }
  }
  if (!parts_->server.drain(deadline)) {
    base::log_warn("answers that did not end in time were cut");
  }
  // Before the threads are joined: what still waits for a registry is told to end.
  parts_->manifests.request_stop();
  parts_->fetches.request_stop();
  parts_->server.stop();
  parts_->workers.stop();
  parts_->jobs.close_all(stats::JobStatus::Unknown);
  if (const auto flushed = parts_->recorder->flush(base::Deadline::after(kFlushTime));
      !flushed.ok()) {
    base::log_warn("statistics were lost", {{"why", flushed.error().message}});
  }
}

}  // namespace ecrelay::app
