#include "proxy/routes.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "aws/registry_host.hpp"
#include "upstream/bearer_auth.hpp"
#include "upstream/distribution_registry.hpp"

namespace ecrelay::proxy {
namespace {

constexpr std::array<std::string_view, 8> kWellKnown = {
    "docker.io", "quay.io",           "ghcr.io", "public.ecr.aws",    "registry.k8s.io",
    "cgr.dev",   "mcr.microsoft.com", "registry.gitlab.com"};

base::Url own_address(const std::string& registry) {
  base::Url url;
  url.scheme = "https";
  url.port = 443;
  url.host = registry == "docker.io" ? "registry-1.docker.io" : registry;
  return url;
}

}  // namespace

bool is_well_known(std::string_view registry) {
  return std::find(kWellKnown.begin(), kWellKnown.end(), registry) != kWellKnown.end();
}

Routes::Routes(Options options, EcrAccount& account, net::HttpClient& client,
               const base::Clock& clock)
    : options_(std::move(options)), account_(account), client_(client), clock_(clock) {}

std::shared_ptr<upstream::UpstreamRegistry> Routes::ecr() {
  const auto address = account_.registry();
  if (!address || !account_.tokens()) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  auto& made = made_["ecr " + address->origin()];
  if (!made) {
    made = std::make_shared<upstream::DistributionRegistry>(
        upstream::DistributionRegistry::Config{upstream::RegistryKind::Ecr,
                                               "ECR " + address->authority(), *address},
        account_.tokens(), client_);
  }
  return made;
}

std::shared_ptr<upstream::UpstreamRegistry> Routes::direct(const std::string& registry) {
  const auto given = options_.upstreams.find(registry);
  const auto address = given != options_.upstreams.end() ? given->second : own_address(registry);
  const std::lock_guard lock(mutex_);
  auto& made = made_["direct " + registry];
  if (!made) {
    made = std::make_shared<upstream::DistributionRegistry>(
        upstream::DistributionRegistry::Config{upstream::RegistryKind::Plain, registry, address},
        std::make_shared<upstream::BearerAuth>(address, client_, clock_), client_);
  }
  return made;
}

bool Routes::may_go_direct(const std::string& registry) const {
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

Route Routes::route(const std::string& registry, const std::string& repository, RouteFor purpose) {
  Route route;
  const auto ecr_registry = ecr();
  if (account_.is_own_registry(registry)) {
    route.private_ecr = true;
    if (ecr_registry) {
      route.places.push_back({ecr_registry, repository, stats::Origin::Ecr});
    }
    route.reason = stats::Reason::EcrDenied;
    route.detail = account_.problem();
    return route;
  }
  if (aws::parse_registry_host(registry)) {
    route.detail = registry + " is not the registry of this account and Region";
    return route;
  }
  route.mapped = account_.rules().map(registry, repository);
  if (route.mapped && ecr_registry) {
    route.places.push_back({ecr_registry, route.mapped->repository, stats::Origin::Ecr});
  }
  // Without an answer from ECR nobody knows whether a rule covers the name.
  const bool ecr_in_doubt = route.mapped.has_value() || !account_.problem().empty();
  const bool allowed = ecr_in_doubt ? options_.direct_on_ecr_failure &&
                                          (route.mapped || may_go_direct(registry) ||
                                           is_well_known(registry))
                                    : may_go_direct(registry);
  if (allowed || (purpose == RouteFor::BlobOfServedManifest && route.mapped)) {
    route.places.push_back({direct(registry), repository, stats::Origin::Upstream});
  }
  if (route.places.empty()) {
    const bool could_be_asked = route.mapped || is_well_known(registry);
    route.reason = could_be_asked ? stats::Reason::Policy : stats::Reason::NoRule;
    route.detail = ecr_in_doubt && !account_.problem().empty()
                       ? account_.problem()
                       : "no pull-through cache rule covers " + registry;
  }
  return route;
}

}  // namespace ecrelay::proxy
