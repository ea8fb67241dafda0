#include "proxy/rules.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "oci/reference.hpp"

namespace ecrelay::proxy {
namespace {

std::string without_root(std::string_view prefix) {
  return prefix == "ROOT" ? std::string() : std::string(prefix);
}

/// The repository below a prefix; nothing where the prefix does not cover it.
std::optional<std::string_view> below(std::string_view repository, std::string_view prefix) {
  if (prefix.empty()) {
    return repository;
  }
  if (repository.size() > prefix.size() && repository.starts_with(prefix) &&
      repository[prefix.size()] == '/') {
    return repository.substr(prefix.size() + 1);
  }
  return std::nullopt;
}

const Rule* best_of(const std::vector<Rule>& rules, std::string_view registry,
                    std::string_view repository) {
  const Rule* best = nullptr;
  const auto rank = [](const Rule& rule) {
    return std::tuple(-static_cast<long>(rule.upstream_prefix.size()), rule.prefix.empty(),
                      std::string_view(rule.prefix));
  };
  for (const auto& rule : rules) {
    const bool covers =
        rule.upstream == registry && below(repository, rule.upstream_prefix).has_value();
    if (covers && (best == nullptr || rank(rule) < rank(*best))) {
      best = &rule;
    }
  }
  return best;
}

}  // namespace

Rule rule_of(const aws::PullThroughCacheRule& described) {
  return {oci::canonical_registry(described.upstream_registry_url),
          without_root(described.upstream_repository_prefix),
          without_root(described.ecr_repository_prefix)};
}

Rule rule_of(std::string_view upstream, std::string_view prefix) {
  return {oci::canonical_registry(upstream), "", without_root(prefix)};
}

RuleSet::RuleSet(std::vector<Rule> given, std::vector<Rule> discovered)
    : given_(std::move(given)), discovered_(std::move(discovered)) {}

std::optional<MappedName> RuleSet::map(std::string_view registry,
                                       std::string_view repository) const {
  const auto* rule = best_of(given_, registry, repository);
  if (rule == nullptr) {
    rule = best_of(discovered_, registry, repository);
  }
  if (rule == nullptr) {
    return std::nullopt;
  }
  const auto rest = std::string(*below(repository, rule->upstream_prefix));
  return MappedName{*rule, rule->prefix.empty() ? rest : rule->prefix + "/" + rest};
}

}  // namespace ecrelay::proxy
