#include "support/ecr_double/pull_through.hpp"

#include <tuple>
#include <utility>

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kRoot = "ROOT";

/// What is left of the name, or nothing where the prefix does not match.
std::optional<std::string> without_prefix(const std::string& name, std::string prefix) {
  if (prefix == kRoot) {
    return name;
  }
  if (!prefix.ends_with('/')) {
    prefix += '/';
  }
  return name.starts_with(prefix) ? std::optional(name.substr(prefix.size())) : std::nullopt;
}

std::size_t weight(const Rule& rule) {
  return rule.ecr_repository_prefix == kRoot ? 0 : rule.ecr_repository_prefix.size();
}

std::optional<Reply> upstream_refusal(UpstreamHealth health, const std::string& host) {
  switch (health) {
    case UpstreamHealth::Up:
      return std::nullopt;
    case UpstreamHealth::Throttled:
      return registry_error(
          429, "TOOMANYREQUESTS",
          "The upstream registry " + host + " is throttling requests. Wait and try again.");
    case UpstreamHealth::Denied:
      return registry_error(403, "DENIED",
                            "The authentication to the upstream registry failed. Verify that the "
                            "credentials provided in the pull through cache rule are correct, and "
                            "try again.");
    case UpstreamHealth::Unavailable:
      return registry_error(503, "UNAVAILABLE",
                            "The upstream registry " + host + " is not available.");
  }
  return std::nullopt;
}

UpstreamHealth health_of(const Settings& settings, const std::string& registry) {
  const auto found = settings.upstream_health.find(registry);
  return found == settings.upstream_health.end() ? UpstreamHealth::Up : found->second;
}

}  // namespace

std::optional<RuleTarget> find_rule(const std::vector<Rule>& rules, const std::string& repository) {
  const Rule* best = nullptr;
  for (const auto& rule : rules) {
    if (without_prefix(repository, rule.ecr_repository_prefix) &&
        (best == nullptr || weight(rule) > weight(*best))) {
      best = &rule;
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  auto rest = *without_prefix(repository, best->ecr_repository_prefix);
  if (best->upstream_repository_prefix != kRoot) {
    rest = best->upstream_repository_prefix + "/" + rest;
  }
  return RuleTarget{*best, registry_of_url(best->upstream_registry_url), std::move(rest)};
}

PullThrough::PullThrough(State& state) : state_(state) {}

Reply PullThrough::unknown_repository(const std::string& repository) const {
  return registry_error(404, "NAME_UNKNOWN",
                        "The repository with name '" + repository +
                            "' does not exist in the registry with id '" + state_.options.account +
                            "'");
}

Reply PullThrough::unknown_manifest() {
  return registry_error(404, "MANIFEST_UNKNOWN", "Requested image not found");
}

std::optional<Reply> PullThrough::fetch_tag(const std::string& repository, const std::string& tag) {
  {
    const std::lock_guard lock(importing_);
    const auto stored = state_.ecr.tag(repository, tag);
    const auto target = find_rule(state_.options.rules, repository);
    if (!target && !stored) {
      return state_.ecr.has_repository(repository) ? unknown_manifest()
                                                   : unknown_repository(repository);
    }
    if (target && stored) {
      refresh(*target, repository, tag, *stored);
    } else if (target) {
      if (auto refused = refusal(*target, repository, tag)) {
        return refused;
      }
      import(*target, repository, tag);
    }
  }
  const auto stored = state_.ecr.tag(repository, tag);
  if (!stored || !state_.pause.sleep_until(stored->arrival.at)) {
    return unknown_manifest();
  }
  return std::nullopt;
}

std::optional<Reply> PullThrough::refusal(const RuleTarget& target, const std::string& repository,
                                          const std::string& tag) const {
  const auto settings = state_.settings();
  // Missing rights look like missing images (ECR user guide, error-pullthroughcache).
  if (!state_.ecr.has_repository(repository) &&
      settings.denied_actions.contains("ecr:CreateRepository")) {
    return unknown_repository(repository);
  }
  if (settings.denied_actions.contains("ecr:BatchImportUpstreamImage")) {
    return unknown_manifest();
  }
  auto health = health_of(settings, target.registry);
  if (health == UpstreamHealth::Up && !target.rule.credential_arn.empty() &&
      !state_.upstream.has(target.registry, target.repository)) {
    health = UpstreamHealth::Denied;
  }
  if (auto refused = upstream_refusal(health, target.rule.upstream_registry_url)) {
    return refused;
  }
  return state_.upstream.digest_of(target.registry, target.repository, tag)
             ? std::nullopt
             : std::optional(unknown_manifest());
}

void PullThrough::refresh(const RuleTarget& target, const std::string& repository,
                          const std::string& tag, const StoredTag& stored) {
  const auto settings = state_.settings();
  const auto now = state_.clock.steady();
  // Whatever hinders the refresh, ECR serves what it has.
  if (now < stored.validated + settings.refresh_after || refusal(target, repository, tag)) {
    return;
  }
  if (state_.upstream.digest_of(target.registry, target.repository, tag) == stored.digest) {
    state_.ecr.mark_validated(repository, tag, now);
  } else {
    import(target, repository, tag);
  }
}

void PullThrough::import(const RuleTarget& target, const std::string& repository,
                         const std::string& tag) {
  const auto digest = state_.upstream.digest_of(target.registry, target.repository, tag);
  const auto image =
      digest ? state_.upstream.image(target.registry, target.repository, *digest) : std::nullopt;
  if (!image) {
    return;
  }
  const auto settings = state_.settings();
  const auto arrival_after = [&](std::chrono::milliseconds wait) {
    return Arrival{state_.clock.steady() + wait, state_.clock.wall() + wait};
  };
  state_.ecr.add(repository, tag, *image, arrival_after(settings.import_delay),
                 arrival_after(settings.import_delay + settings.children_delay));
  state_.log.count_import();
}

void PullThrough::fetch_referrers(const std::string& repository, const std::string& digest) {
  const auto target = find_rule(state_.options.rules, repository);
  if (!target || !state_.ecr.manifest(repository, digest) ||
      health_of(state_.settings(), target->registry) != UpstreamHealth::Up) {
    return;
  }
  const Arrival now{state_.clock.steady(), state_.clock.wall()};
  for (const auto& referrer :
       state_.upstream.referrers(target->registry, target->repository, digest)) {
    const auto image = state_.upstream.image(target->registry, target->repository, referrer);
    if (image) {
      state_.ecr.add(repository, "", *image, now, now);
    }
  }
}

}  // namespace ecrelay::ecr_double
