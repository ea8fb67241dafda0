#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/credential_chain.hpp"
#include "aws/ecr_api.hpp"
#include "base/clock.hpp"
#include "base/environment.hpp"
#include "config/options.hpp"
#include "net/http_client.hpp"

namespace ecrelay::app {

/// Who the relay is at AWS: where its credentials come from, its Region and the ECR API to ask.
/// Either `api` is there, or `problem` says what to set. Thread-safe parts; not copyable.
struct AwsIdentity {
  std::string source = "none";  ///< for status: "environment"
  std::string region;
  std::string problem;
  std::unique_ptr<aws::CredentialProvider> credentials;
  std::unique_ptr<aws::EcrApi> api;

  /// Looks at options and environment; asks nobody yet. What is passed is borrowed.
  static AwsIdentity find(const config::ServeOptions& options, const base::Environment& environment,
                          net::HttpClient& client, const base::Clock& clock);
};

}  // namespace ecrelay::app
