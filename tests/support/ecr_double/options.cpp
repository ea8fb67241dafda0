#include "support/ecr_double/options.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kSecretPrefix =
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/";

}  // namespace

std::vector<Rule> default_rules() {
  return {{.ecr_repository_prefix = "docker-hub",
           .upstream_registry_url = "registry-1.docker.io",
           .upstream_registry = "docker-hub",
           .credential_arn = std::string(kSecretPrefix) + "docker-hub-AbCdEf"},
          {.ecr_repository_prefix = "quay",
           .upstream_registry_url = "quay.io",
           .upstream_registry = "quay"},
          {.ecr_repository_prefix = "github",
           .upstream_registry_url = "ghcr.io",
           .upstream_registry = "github-container-registry",
           .credential_arn = std::string(kSecretPrefix) + "github-AbCdEf"}};
}

std::string registry_of_url(const std::string& upstream_registry_url) {
  return upstream_registry_url == "registry-1.docker.io" ? "docker.io" : upstream_registry_url;
}

}  // namespace ecrelay::ecr_double
