#include "proxy/routes.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "aws/registry_host.hpp"
#include "proxy/counted_registry.hpp"
#include "upstream/bearer_auth.hpp"

namespace ecrelay::proxy {
namespace {

constexpr std::array<std::string_view, 8> kWellKnown = {
    "docker.io",       "quay.io", "ghcr.io",           "public.ecr.aws",
    "registry.k8s.io", "cgr.dev", "mcr.microsoft.com", "registry.gitlab.com"};

base::Result<base::Url> own_address(const std::string& registry) {
  return base::Url::parse("https://" +
                          (registry == "docker.io" ? "registry-1.docker.io" : registry));
}

}  // namespace

bool is_well_known(std::string_view registry) {
  return std::find(kWellKnown.begin(), kWellKnown.end(), registry) != kWellKnown.end();
}

Routes::Routes(Options options, EcrAccount& account, net::HttpClient& client,
               base::Metrics& metrics, const base::Clock& clock)
    : options_(std::move(options)),
      account_(account),
      client_(client),
      metrics_(metrics),
      clock_(clock) {}

std::shared_ptr<upstream::UpstreamRegistry> Routes::counted(
    stats::Origin origin, upstream::DistributionRegistry::Config config,
    std::shared_ptr<upstream::RegistryAuth> auth) {
  return std::make_shared<CountedRegistry>(
      std::make_unique<upstream::DistributionRegistry>(std::move(config), std::move(auth), client_),
      origin, metrics_);
}

std::shared_ptr<upstream::UpstreamRegistry> Routes::ecr() {
  const auto address = account_.registry();
  if (!address || !account_.tokens()) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  auto& made = made_["ecr " + address->origin()];
  if (!made) {
    made = counted(stats::Origin::Ecr,
                   {upstream::RegistryKind::Ecr, "ECR " + address->authority(), *address},
                   account_.tokens());
  }
  return made;
}

std::shared_ptr<upstream::UpstreamRegistry> Routes::direct(const std::string& registry) {
  const auto given = options_.upstreams.find(registry);
  const auto address = given != options_.upstreams.end() ? base::Result<base::Url>(given->second)
                                                         : own_address(registry);
  if (!address.ok()) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  auto& made = made_["direct " + registry];
  if (!made) {
    made = std::make_shared<upstream::DistributionRegistry>(
        upstream::DistributionRegistry::Config{upstream::RegistryKind::Plain, registry, *address},
        std::make_shared<upstream::BearerAuth>(*address, client_, clock_), client_);
  }
  return made;
}

bool Routes::may_go_direct(const std::string& registry, const Route& route) const {
  // Without an answer from ECR nobody knows whether a rule covers a well-known registry.
  const bool ecr_in_doubt = is_well_known(registry) && !account_.problem().empty();
  if (route.mapped || ecr_in_doubt) {
    return options_.direct_on_ecr_failure;
  }
  switch (options_.unmapped) {
    case DirectPolicy::Always:
      return true;
    case DirectPolicy::Never:
      return false;
    case DirectPolicy::WellKnown:
      return is_well_known(registry) || options_.upstreams.contains(registry);
  }
  return false;
}

Route Routes::private_route(const std::string& registry, const std::string& repository) {
  Route route;
  const auto ecr_registry = ecr();
  route.private_ecr = account_.is_own_registry(registry);
  if (ecr_registry && !route.private_ecr) {
    route.detail = registry + " is not the registry of this account and Region";
    return route;
  }
  if (ecr_registry) {
    route.places.push_back({ecr_registry, repository, stats::Origin::Ecr});
  }
  route.reason = stats::Reason::EcrDenied;
  route.detail = account_.problem();
  return route;
}

Route Routes::route(const std::string& registry, const std::string& repository, RouteFor purpose) {
  const bool private_ecr = aws::parse_registry_host(registry).has_value();
  Route route;
  route.mapped = account_.rules().map(registry, repository);
  if (account_.is_own_registry(registry) || (private_ecr && !route.mapped)) {
    return private_route(registry, repository);
  }
  if (const auto ecr_registry = route.mapped ? ecr() : nullptr) {
    route.places.push_back({ecr_registry, route.mapped->repository, stats::Origin::Ecr});
  }
  const bool owed = purpose == RouteFor::BlobOfServedManifest && route.mapped;
  // A private ECR registry answers nobody without its password.
  if (!private_ecr && (owed || may_go_direct(registry, route))) {
    if (auto itself = direct(registry)) {
      route.places.push_back({std::move(itself), repository, stats::Origin::Upstream});
    }
  }
  if (route.places.empty()) {
    const bool could_be_asked = route.mapped || is_well_known(registry);
    const auto problem = account_.problem();
    route.reason = could_be_asked ? stats::Reason::Policy : stats::Reason::NoRule;
    route.detail = problem.empty() ? "no pull-through cache rule covers " + registry : problem;
  }
  return route;
}

}  // namespace ecrelay::proxy
