#pragma once

#include <string>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/pull_through.hpp"
#include "support/ecr_double/registry_path.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// ECR's data plane (`ACCOUNT.dkr.ecr.REGION.amazonaws.com`), pull side: Basic authentication, no
/// Docker-Content-Digest, blobs by redirect alone. Thread-safe.
class RegistryEndpoint final : public Endpoint {
 public:
  explicit RegistryEndpoint(State& state);

  [[nodiscard]] std::string kind(const Request& request) const override;
  Reply answer(const Request& request) override;

 private:
  Reply authenticated(const Request& request);
  Reply manifest(const Request& request, const RegistryPath& path);
  Reply blob(const Request& request, const RegistryPath& path) const;
  Reply tags(const Request& request, const RegistryPath& path) const;
  Reply referrers(const Request& request, const RegistryPath& path);
  [[nodiscard]] Reply unauthorized() const;
  [[nodiscard]] std::string origin() const { return "http://" + state_.addresses.registry; }
  /// The refusal, where the settings deny this action.
  [[nodiscard]] std::optional<Reply> denied(const std::string& action,
                                            const std::string& repository) const;

  State& state_;
  PullThrough pull_through_;
};

/// Whether an Accept header (several fields joined) takes this media type.
bool accepts(const std::string& accept, const std::string& media_type);

}  // namespace ecrelay::ecr_double
