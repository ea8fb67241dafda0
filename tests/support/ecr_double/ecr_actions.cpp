#include "support/ecr_double/ecr_actions.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/strings.hpp"
#include "support/ecr_double/pull_through.hpp"

namespace ecrelay::ecr_double {
namespace {

using Json = nlohmann::json;

constexpr double kRulesMade = 1767225600.123;  // createdAt of every rule: 2026-01-01
constexpr std::string_view kRulePage = "rule-page/";

double epoch_seconds(base::Wall::time_point time) {
  return static_cast<double>(base::unix_micros(time) / 1000) / 1000.0;
}

Reply json_reply(const Json& body) {
  auto reply = text_reply(200, "application/x-amz-json-1.1", body.dump());
  reply.headers.emplace_back("x-amzn-RequestId", base::random_hex(16));
  return reply;
}

Reply get_authorization_token(State& state, const Json& /*input*/) {
  const auto token = state.identity.issue_token(state.settings().token_life);
  Json data = Json::array();
  data.push_back({{"authorizationToken", base::base64_encode("AWS:" + token.password)},
                  {"expiresAt", epoch_seconds(token.expires_at)},
                  {"proxyEndpoint", "http://" + state.addresses.registry}});
  return json_reply({{"authorizationData", std::move(data)}});
}

Json rule_json(const State& state, const Rule& rule) {
  Json json = {{"ecrRepositoryPrefix", rule.ecr_repository_prefix},
               {"upstreamRegistryUrl", rule.upstream_registry_url},
               {"upstreamRepositoryPrefix", rule.upstream_repository_prefix},
               {"registryId", state.options.account},
               {"createdAt", kRulesMade},
               {"updatedAt", kRulesMade}};
  if (!rule.upstream_registry.empty()) {
    json["upstreamRegistry"] = rule.upstream_registry;
  }
  if (!rule.credential_arn.empty()) {
    json["credentialArn"] = rule.credential_arn;
  }
  return json;
}

const Rule* rule_named(const State& state, const std::string& prefix) {
  for (const auto& rule : state.options.rules) {
    if (rule.ecr_repository_prefix == prefix) {
      return &rule;
    }
  }
  return nullptr;
}

Reply rule_not_found(const State& state, const std::string& prefix) {
  return api_error(400, "PullThroughCacheRuleNotFoundException",
                   "The pull through cache rule with ECR repository prefix '" + prefix +
                       "' does not exist in the registry with id '" + state.options.account + "'");
}

/// Where the page begins; nothing where the token is not one of ours.
std::optional<std::size_t> page_start(const Json& input) {
  const auto token = input.value("nextToken", "");
  if (token.empty()) {
    return 0;
  }
  const auto decoded = base::base64_decode(token).value_or("");
  if (!decoded.starts_with(kRulePage)) {
    return std::nullopt;
  }
  return base::parse_uint(std::string_view(decoded).substr(kRulePage.size()));
}

Reply describe_rules(State& state, const Json& input) {
  std::vector<Rule> rules = state.options.rules;
  if (const auto names = input.find("ecrRepositoryPrefixes"); names != input.end()) {
    rules.clear();
    for (const std::string name : *names) {
      const auto* const rule = rule_named(state, name);
      if (rule == nullptr) {
        return rule_not_found(state, name);
      }
      rules.push_back(*rule);
    }
  }
  const auto start = page_start(input);
  const std::uint64_t size = input.value("maxResults", state.settings().rules_page);
  if (!start || size == 0 || size > 1000) {
    return api_error(400, "InvalidParameterException",
                     start ? "Invalid parameter at 'maxResults' failed to satisfy constraint: "
                             "'Member must have value between 1 and 1000, inclusive'"
                           : "Invalid parameter at 'nextToken'");
  }
  const auto end = std::min<std::size_t>(rules.size(), *start + size);
  Json page = Json::array();
  for (std::size_t i = *start; i < end; ++i) {
    page.push_back(rule_json(state, rules[i]));
  }
  Json output = {{"pullThroughCacheRules", std::move(page)}};
  if (end < rules.size()) {
    output["nextToken"] = base::base64_encode(std::string(kRulePage) + std::to_string(end));
  }
  return json_reply(output);
}

Reply validate_rule(State& state, const Json& input) {
  const auto prefix = input.value("ecrRepositoryPrefix", "");
  const auto* const rule = rule_named(state, prefix);
  if (rule == nullptr) {
    return rule_not_found(state, prefix);
  }
  const auto settings = state.settings();
  const auto health = settings.upstream_health.find(registry_of_url(rule->upstream_registry_url));
  auto output = rule_json(state, *rule);
  output["isValid"] =
      health == settings.upstream_health.end() || health->second == UpstreamHealth::Up;
  if (!output["isValid"]) {
    output["failure"] = "The upstream registry refused the credentials or could not be reached.";
  }
  return json_reply(output);
}

Reply image_not_found(const State& state, const std::string& repository, const Json& id) {
  const auto part = [&](const char* member) {
    return "'" + id.value(member, std::string("null")) + "'";
  };
  return api_error(400, "ImageNotFoundException",
                   "The image with imageId {imageDigest:" + part("imageDigest") + ", imageTag:" +
                       part("imageTag") + "} does not exist within the repository with name '" +
                       repository + "' in the registry with id '" + state.options.account + "'");
}

/// The image as DescribeImages sees it: some time after it can be pulled.
std::optional<StoredManifest> described(const State& state, const std::string& repository,
                                        const std::string& digest) {
  auto stored = state.ecr.manifest(repository, digest);
  const auto lag = state.settings().describe_lag;
  if (!stored || state.clock.steady() < stored->arrival.at + lag) {
    return std::nullopt;
  }
  return stored;
}

Json image_json(const State& state, const std::string& repository, const StoredManifest& stored) {
  Json tags = Json::array();
  for (const auto& tag : state.ecr.tags(repository)) {
    if (state.ecr.tag(repository, tag).value_or(StoredTag()).digest == stored.digest) {
      tags.push_back(tag);
    }
  }
  std::uint64_t size = stored.manifest.content.size();
  for (const auto& blob : read_links(stored.manifest).blobs) {
    size += state.ecr.blob(repository, blob).value_or(StoredBlob()).content.size();
  }
  Json json = {{"registryId", state.options.account},
               {"repositoryName", repository},
               {"imageDigest", stored.digest},
               {"imageSizeInBytes", size},
               {"imagePushedAt", epoch_seconds(stored.arrival.pushed)},
               {"imageManifestMediaType", stored.manifest.media_type}};
  if (!tags.empty()) {
    json["imageTags"] = std::move(tags);
  }
  return json;
}

Reply describe_images(State& state, const Json& input) {
  const auto repository = input.value("repositoryName", "");
  if (!state.ecr.has_repository(repository)) {
    return api_error(400, "RepositoryNotFoundException",
                     "The repository with name '" + repository +
                         "' does not exist in the registry with id '" + state.options.account +
                         "'");
  }
  Json details = Json::array();
  if (const auto ids = input.find("imageIds"); ids != input.end()) {
    for (const auto& id : *ids) {
      const auto tagged = state.ecr.tag(repository, id.value("imageTag", ""));
      const auto digest = id.value("imageDigest", tagged.value_or(StoredTag()).digest);
      const auto stored = described(state, repository, digest);
      if (!stored) {
        return image_not_found(state, repository, id);
      }
      details.push_back(image_json(state, repository, *stored));
    }
    return json_reply({{"imageDetails", std::move(details)}});
  }
  for (const auto& manifest : state.ecr.manifests(repository)) {
    if (const auto stored = described(state, repository, manifest.digest)) {
      details.push_back(image_json(state, repository, *stored));
    }
  }
  return json_reply({{"imageDetails", std::move(details)}});
}

struct Action {
  std::string_view name;
  Reply (*run)(State&, const Json&);
};

constexpr std::array<Action, 4> kActions = {{
    {"GetAuthorizationToken", get_authorization_token},
    {"DescribePullThroughCacheRules", describe_rules},
    {"ValidatePullThroughCacheRule", validate_rule},
    {"DescribeImages", describe_images},
}};

}  // namespace

Reply api_error(int status, std::string_view code, std::string_view message) {
  // AWS itself is not of one mind about the member's name.
  const auto* const member = code == "AccessDeniedException" ? "Message" : "message";
  const Json body = {{"__type", code}, {member, message}};
  auto reply = text_reply(status, "application/x-amz-json-1.1", body.dump());
  reply.headers.emplace_back("x-amzn-RequestId", base::random_hex(16));
  return reply;
}

Reply run_ecr_action(State& state, const std::string& action, const std::string& body) {
  const auto found = std::find_if(kActions.begin(), kActions.end(),
                                  [&](const Action& known) { return known.name == action; });
  if (found == kActions.end()) {
    return api_error(400, "UnknownOperationException", "");
  }
  const auto input = Json::parse(body, nullptr, false);
  if (!input.is_object()) {
    return api_error(400, "SerializationException", "Start of structure or map found");
  }
  try {
    return found->run(state, input);
  } catch (const Json::exception&) {
    return api_error(400, "SerializationException", "A member has an unexpected type");
  }
}

}  // namespace ecrelay::ecr_double
