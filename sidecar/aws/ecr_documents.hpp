#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/url.hpp"

namespace ecrelay::aws {

// What ECR's API answers (service model 2015-09-21). The parsers take the body of a 200 reply and
// say Corrupt of one they cannot use; they never throw, and no error holds a part of the body.

/// For the registry hosts of one Region, of every account that the caller may read.
struct AuthorizationToken {
  base::Secret basic;  ///< base64 of "AWS:password": what goes behind "Authorization: Basic "
  base::Wall::time_point expires_at;
  base::Url proxy_endpoint;  ///< the caller's own registry
};
base::Result<AuthorizationToken> parse_authorization_token(std::string_view bytes);

/// A prefix is a repository path without a '/' at its end, or "ROOT" for none.
struct PullThroughCacheRule {
  std::string ecr_repository_prefix;
  std::string upstream_registry_url;  ///< a host, lower case: "registry-1.docker.io"
  std::string upstream_repository_prefix;
  std::string registry_id;

  bool operator==(const PullThroughCacheRule&) const = default;
};
struct RulesPage {
  std::vector<PullThroughCacheRule> rules;
  std::string next_token;  ///< empty on the last page
};
/// Rules without a usable prefix or host are left out.
base::Result<RulesPage> parse_rules_page(std::string_view bytes);

struct ImageDetail {
  base::Digest digest;
  std::optional<base::Wall::time_point> pushed_at;  ///< when ECR imported or refreshed it
};
/// NotFound if there is no image in it.
base::Result<ImageDetail> parse_image_detail(std::string_view bytes);

}  // namespace ecrelay::aws
