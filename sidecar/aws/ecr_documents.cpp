#include "aws/ecr_documents.hpp"

#include <algorithm>
#include <utility>

#include "aws/json_reply.hpp"
#include "base/strings.hpp"

namespace ecrelay::aws {
namespace {

constexpr std::string_view kRoot = "ROOT";

base::Error corrupt(std::string_view what, std::string_view why) {
  return {base::ErrorCode::Corrupt, std::string(what) + ": " + std::string(why)};
}

/// The list, or null where it is missing or no list.
const Json* list_member(const Json& object, const char* name) {
  const auto* value = member(object, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}

/// "" for one that is no repository path: it becomes part of request paths.
std::string usable_prefix(std::string prefix) {
  while (prefix.ends_with('/')) {
    prefix.pop_back();
  }
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
           c == '/';
  };
  const bool good = prefix == kRoot || (std::all_of(prefix.begin(), prefix.end(), allowed) &&
                                        !prefix.starts_with('/') && !prefix.starts_with('.') &&
                                        prefix.find("..") == std::string::npos &&
                                        prefix.find("//") == std::string::npos);
  return good ? prefix : std::string();
}

std::optional<PullThroughCacheRule> read_rule(const Json& object) {
  PullThroughCacheRule rule{
      .ecr_repository_prefix = usable_prefix(string_member(object, "ecrRepositoryPrefix")),
      .upstream_registry_url = base::lower(string_member(object, "upstreamRegistryUrl")),
      .upstream_repository_prefix = std::string(kRoot),
      .registry_id = string_member(object, "registryId")};
  if (auto prefix = string_member(object, "upstreamRepositoryPrefix"); !prefix.empty()) {
    rule.upstream_repository_prefix = usable_prefix(std::move(prefix));
  }
  const bool host_alone = base::Url::parse("https://" + rule.upstream_registry_url).ok() &&
                          rule.upstream_registry_url.find_first_of("/?#") == std::string::npos;
  if (rule.ecr_repository_prefix.empty() || rule.upstream_repository_prefix.empty() ||
      !host_alone) {
    return std::nullopt;
  }
  return rule;
}

}  // namespace

base::Result<AuthorizationToken> parse_authorization_token(std::string_view bytes) {
  constexpr std::string_view kWhat = "authorization token";
  ECRELAY_TRY(const auto document, parse_object(bytes, kWhat));
  const auto* list = list_member(document, "authorizationData");
  if (list == nullptr || list->empty()) {
    return corrupt(kWhat, "no authorizationData");
  }
  const auto& data = list->front();
  auto token = string_member(data, "authorizationToken");
  // Base64 is also what makes it fit for a header.
  if (token.empty() || !base::base64_decode(token)) {
    return corrupt(kWhat, "authorizationToken is not base64");
  }
  const auto expires_at = time_member(data, "expiresAt");
  if (!expires_at) {
    return corrupt(kWhat, "expiresAt is not a time");
  }
  const auto endpoint = base::Url::parse(string_member(data, "proxyEndpoint"));
  if (!endpoint.ok()) {
    return corrupt(kWhat, "proxyEndpoint is not a URL");
  }
  return AuthorizationToken{.basic = base::Secret(std::move(token)),
                            .expires_at = *expires_at,
                            .proxy_endpoint = *endpoint};
}

base::Result<RulesPage> parse_rules_page(std::string_view bytes) {
  constexpr std::string_view kWhat = "pull-through cache rules";
  ECRELAY_TRY(const auto document, parse_object(bytes, kWhat));
  const auto* list = list_member(document, "pullThroughCacheRules");
  if (list == nullptr) {
    return corrupt(kWhat, "no pullThroughCacheRules");
  }
  RulesPage page;
  for (const auto& item : *list) {
    if (auto rule = read_rule(item)) {
      page.rules.push_back(std::move(*rule));
    }
  }
  page.next_token = string_member(document, "nextToken");
  return page;
}

base::Result<ImageDetail> parse_image_detail(std::string_view bytes) {
  constexpr std::string_view kWhat = "image details";
  ECRELAY_TRY(const auto document, parse_object(bytes, kWhat));
  const auto* list = list_member(document, "imageDetails");
  if (list == nullptr) {
    return corrupt(kWhat, "no imageDetails");
  }
  if (list->empty()) {
    return base::Error{base::ErrorCode::NotFound, std::string(kWhat) + ": ECR holds no such image"};
  }
  const auto digest = base::Digest::parse(string_member(list->front(), "imageDigest"));
  if (!digest.ok()) {
    return corrupt(kWhat, digest.error().message);
  }
  return ImageDetail{.digest = *digest, .pushed_at = time_member(list->front(), "imagePushedAt")};
}

}  // namespace ecrelay::aws
