#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "aws/credential_chain.hpp"
#include "aws/ecr_documents.hpp"
#include "aws/json_api.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "net/http_client.hpp"

namespace ecrelay::aws {

struct EcrApiOptions {
  std::string region;
  base::Url endpoint;       ///< see endpoints.hpp
  std::string registry_id;  ///< 12 digits; empty means the caller's own account
  CallLimits limits;
};

/// The ECR API of one Region. Every call is bound by CallLimits (5 s). Errors tell PermissionDenied
/// (an IAM right is missing: the message names it), Throttled, NotFound, Unauthenticated and
/// Unavailable apart. Thread-safe; what it is given by reference is borrowed.
class EcrApi {
 public:
  EcrApi(net::HttpClient& http, CredentialProvider& credentials, const base::Clock& clock,
         EcrApiOptions options);
  EcrApi(Transport transport, CredentialProvider& credentials, const base::Clock& clock,
         EcrApiOptions options);

  base::Result<AuthorizationToken> get_authorization_token(std::stop_token stop = {});

  /// Of all pages; Corrupt if they do not end.
  base::Result<std::vector<PullThroughCacheRule>> describe_pull_through_cache_rules(
      std::stop_token stop = {});

  /// NotFound where the repository or the tag is not there (yet).
  base::Result<ImageDetail> describe_image(std::string_view repository, std::string_view tag,
                                           std::stop_token stop = {});

 private:
  const std::string registry_id_;
  JsonApi api_;
};

}  // namespace ecrelay::aws
