#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// Where a repository of the account's registry comes from, by the rules.
struct RuleTarget {
  Rule rule;
  std::string registry;    ///< "docker.io"
  std::string repository;  ///< "library/alpine"
};

/// The longest prefix that matches; ROOT where no other does.
std::optional<RuleTarget> find_rule(const std::vector<Rule>& rules, const std::string& repository);

/// ECR's pull-through cache: imports a tag at its first pull, asks for it again when it is old, and
/// says why it cannot. Never imports by digest. Thread-safe.
class PullThrough {
 public:
  explicit PullThrough(State& state);

  /// Returns once the tag is in the store (the caller looks it up), or with the answer that ECR
  /// gives in place of the manifest.
  std::optional<Reply> fetch_tag(const std::string& repository, const std::string& tag);
  /// The upstream registry's referrers of a digest that ECR holds, brought into the store.
  void fetch_referrers(const std::string& repository, const std::string& digest);

  [[nodiscard]] Reply unknown_repository(const std::string& repository) const;
  [[nodiscard]] static Reply unknown_manifest();

 private:
  std::optional<Reply> refusal(const RuleTarget& target, const std::string& repository,
                               const std::string& tag) const;
  void refresh(const RuleTarget& target, const std::string& repository, const std::string& tag,
               const StoredTag& stored);
  void import(const RuleTarget& target, const std::string& repository, const std::string& tag);

  State& state_;
  std::mutex importing_;  ///< held while the store is looked at and changed, never while waiting
};

}  // namespace ecrelay::ecr_double
