#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/ecr_documents.hpp"

namespace ecrelay::proxy {

/// One ECR pull-through cache rule, with the upstream registry's name as clients say it and empty
/// prefixes for ROOT.
struct Rule {
  std::string upstream;         ///< "docker.io"
  std::string upstream_prefix;  ///< "" or "team/base": what of that registry the rule covers
  std::string prefix;           ///< of the ECR repository: "docker-hub", "" for ROOT
  bool operator==(const Rule&) const = default;
};

struct MappedName {
  Rule rule;
  std::string repository;  ///< in ECR: "docker-hub/library/node"
};

/// The rules in force: those given by hand win over those that ECR told. Immutable value.
class RuleSet {
 public:
  RuleSet() = default;
  RuleSet(std::vector<Rule> given, std::vector<Rule> discovered);

  /// Where a name of an upstream registry is in ECR: by the rule with the longest upstream prefix;
  /// on a tie a named ECR prefix before ROOT, then the first by name.
  [[nodiscard]] std::optional<MappedName> map(std::string_view registry,
                                              std::string_view repository) const;
  [[nodiscard]] const std::vector<Rule>& given() const { return given_; }
  [[nodiscard]] const std::vector<Rule>& discovered() const { return discovered_; }
  [[nodiscard]] std::size_t size() const { return given_.size() + discovered_.size(); }

 private:
  std::vector<Rule> given_;
  std::vector<Rule> discovered_;
};

Rule rule_of(const aws::PullThroughCacheRule& described);
/// From `--rule UPSTREAM=PREFIX`; PREFIX may be ROOT.
Rule rule_of(std::string_view upstream, std::string_view prefix);

}  // namespace ecrelay::proxy
