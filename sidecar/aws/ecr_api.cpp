#include "aws/ecr_api.hpp"

#include <set>
#include <utility>

#include "aws/json_reply.hpp"

namespace ecrelay::aws {
namespace {

constexpr int kRulesPerPage = 100;
/// ECR's quota is 50 rules a registry: one page.
constexpr std::size_t kMaxPages = 20;

Transport transport_of(net::HttpClient& http) {
  return [&http](const net::HttpRequest& request, const net::HttpLimits& limits,
                 std::stop_token stop) { return http.fetch(request, limits, std::move(stop)); };
}

}  // namespace

EcrApi::EcrApi(net::HttpClient& http, CredentialProvider& credentials, const base::Clock& clock,
               EcrApiOptions options)
    : EcrApi(transport_of(http), credentials, clock, std::move(options)) {}

EcrApi::EcrApi(Transport transport, CredentialProvider& credentials, const base::Clock& clock,
               EcrApiOptions options)
    : registry_id_(options.registry_id),
      api_(std::move(transport), credentials, clock,
           JsonApiOptions{.endpoint = std::move(options.endpoint),
                          .region = std::move(options.region),
                          .service = "ecr",
                          .target_prefix = "AmazonEC2ContainerRegistry_V20150921",
                          .limits = options.limits}) {}

base::Result<AuthorizationToken> EcrApi::get_authorization_token(std::stop_token stop) {
  ECRELAY_TRY(const auto reply, api_.call("GetAuthorizationToken", "{}", std::move(stop)));
  return parse_authorization_token(reply);
}

base::Result<std::vector<PullThroughCacheRule>> EcrApi::describe_pull_through_cache_rules(
    std::stop_token stop) {
  Json request = {{"maxResults", kRulesPerPage}};
  if (!registry_id_.empty()) {
    request["registryId"] = registry_id_;
  }
  std::vector<PullThroughCacheRule> rules;
  std::set<std::string> tokens_seen;
  while (tokens_seen.size() < kMaxPages) {
    ECRELAY_TRY(const auto reply,
                api_.call("DescribePullThroughCacheRules", to_text(request), stop));
    ECRELAY_TRY(const auto page, parse_rules_page(reply));
    rules.insert(rules.end(), page.rules.begin(), page.rules.end());
    if (page.next_token.empty()) {
      return rules;
    }
    if (!tokens_seen.insert(page.next_token).second) {
      break;
    }
    request["nextToken"] = page.next_token;
  }
  return base::Error{base::ErrorCode::Corrupt,
                     "ecr:DescribePullThroughCacheRules: the pages do not end"};
}

base::Result<ImageDetail> EcrApi::describe_image(std::string_view repository, std::string_view tag,
                                                 std::stop_token stop) {
  Json request = {{"repositoryName", repository},
                  {"imageIds", Json::array({Json{{"imageTag", tag}}})}};
  if (!registry_id_.empty()) {
    request["registryId"] = registry_id_;
  }
  ECRELAY_TRY(const auto reply, api_.call("DescribeImages", to_text(request), std::move(stop)));
  return parse_image_detail(reply);
}

}  // namespace ecrelay::aws
