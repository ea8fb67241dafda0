#include "app/aws_identity.hpp"

#include <utility>
#include <vector>

#include "aws/endpoints.hpp"
#include "aws/environment_source.hpp"
#include "aws/region.hpp"

namespace ecrelay::app {

AwsIdentity AwsIdentity::find(const config::ServeOptions& options,
                              const base::Environment& environment, net::HttpClient& client,
                              const base::Clock& clock) {
  AwsIdentity identity;
  auto from_environment = std::make_unique<aws::EnvironmentSource>(environment);
  const bool configured = from_environment->configured();
  if (configured) {
    identity.source = from_environment->name();
  }
  std::vector<std::unique_ptr<aws::CredentialSource>> sources;
  sources.push_back(std::move(from_environment));
  identity.credentials = std::make_unique<aws::CredentialProvider>(std::move(sources), clock);
  if (!configured) {
    identity.problem = identity.credentials->get().error().message;
    return identity;
  }
  const auto region = aws::resolve_region(
      {options.region.value_or(""), options.registry ? options.registry->host : ""}, environment);
  if (!region.ok()) {
    identity.problem = region.error().message;
    return identity;
  }
  identity.region = region->name;
  const auto endpoint = aws::ecr_api_endpoint({region->name}, environment);
  if (!endpoint.ok()) {
    identity.problem = endpoint.error().message;
    return identity;
  }
  aws::EcrApiOptions api;
  api.region = region->name;
  api.endpoint = *endpoint;
  api.registry_id = options.registry_id.value_or("");
  identity.api =
      std::make_unique<aws::EcrApi>(client, *identity.credentials, clock, std::move(api));
  return identity;
}

}  // namespace ecrelay::app
