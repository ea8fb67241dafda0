#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/registry_path.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// The upstream registries, all on one port: a plain registry by the OCI distribution spec. The
/// registry is told by `?ns=`, else by a first path component that is one, else it is the first
/// that has the repository. Anonymous, or with Bearer tokens as Docker Hub's. Thread-safe.
class UpstreamEndpoint final : public Endpoint {
 public:
  explicit UpstreamEndpoint(State& state) : state_(state) {}

  [[nodiscard]] std::string kind(const Request& request) const override;
  Reply answer(const Request& request) override;

 private:
  struct Place {
    std::string registry;
    std::string repository;
  };
  [[nodiscard]] std::optional<Place> place_of(const Request& request,
                                              const std::string& repository) const;
  Reply route(const Request& request);
  Reply manifest(const Request& request, const Place& place, const std::string& reference) const;
  Reply blob(const Request& request, const Place& place, const std::string& digest) const;
  Reply referrers(const Request& request, const Place& place, const std::string& digest) const;

  Reply issue_token(const Request& request);
  [[nodiscard]] bool authorized(const Request& request, const std::string& repository);
  [[nodiscard]] Reply challenge(const std::string& repository) const;

  struct Grant {
    std::string scope;
    base::Wall::time_point expires_at;
  };
  State& state_;
  std::mutex mutex_;
  std::map<std::string, Grant> tokens_;
};

}  // namespace ecrelay::ecr_double
