#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/url.hpp"
#include "net/http_client.hpp"
#include "proxy/ecr_account.hpp"
#include "proxy/rules.hpp"
#include "stats/outcome.hpp"
#include "upstream/distribution_registry.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

/// One place to ask for a repository, under the name it has there.
struct Place {
  std::shared_ptr<upstream::UpstreamRegistry> registry;
  std::string repository;
  stats::Origin origin = stats::Origin::Ecr;
};

/// The places to ask for a repository, in order. Empty: it is declined, for `reason`.
struct Route {
  std::vector<Place> places;
  std::optional<MappedName> mapped;  ///< by a rule
  bool private_ecr = false;          ///< a repository of the own ECR registry itself
  stats::Reason reason = stats::Reason::NoRule;
  std::string detail;
};

enum class DirectPolicy { WellKnown, Always, Never };

/// What a route is wanted for: blobs of a manifest that was served must come from somewhere,
/// whatever the policy says, since podman and others have no way back.
enum class RouteFor { Manifest, BlobOfServedManifest };

/// From an upstream registry's name to the places to ask: ECR by rule, then the registry itself
/// where policy allows. Dials a name that is neither well known, ruled nor given only
/// under --unmapped direct. Thread-safe.
class Routes {
 public:
  struct Options {
    DirectPolicy unmapped = DirectPolicy::WellKnown;
    bool direct_on_ecr_failure = true;
    std::map<std::string, base::Url> upstreams;  ///< --upstream, by canonical registry
  };
  Routes(Options options, EcrAccount& account, net::HttpClient& client, base::Metrics& metrics,
         const base::Clock& clock);

  Route route(const std::string& registry, const std::string& repository, RouteFor purpose);

 private:
  /// Null before the registry's address and token are known.
  std::shared_ptr<upstream::UpstreamRegistry> counted(stats::Origin origin,
                                                      upstream::DistributionRegistry::Config config,
                                                      std::shared_ptr<upstream::RegistryAuth> auth);
  std::shared_ptr<upstream::UpstreamRegistry> ecr();
  /// Null where the name is no host to dial.
  std::shared_ptr<upstream::UpstreamRegistry> direct(const std::string& registry);
  [[nodiscard]] bool may_go_direct(const std::string& registry, const Route& route) const;
  Route private_route(const std::string& registry, const std::string& repository);

  const Options options_;
  EcrAccount& account_;
  net::HttpClient& client_;
  base::Metrics& metrics_;
  const base::Clock& clock_;

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<upstream::UpstreamRegistry>> made_;  // by origin
};

/// The public registries that are asked directly without being told to: those that ECR has rules
/// for, Microsoft's and GitLab's.
bool is_well_known(std::string_view registry);

}  // namespace ecrelay::proxy
