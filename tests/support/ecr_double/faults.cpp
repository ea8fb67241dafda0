#include "support/ecr_double/faults.hpp"

#include <utility>

namespace ecrelay::ecr_double {
namespace {

bool matches(const FaultRule& rule, Service service, const Request& request) {
  return (!rule.service || *rule.service == service) &&
         (rule.method.empty() || rule.method == request.method) &&
         request.target.find(rule.contains) != std::string::npos;
}

}  // namespace

void Faults::add(FaultRule rule) {
  const std::lock_guard lock(mutex_);
  rules_.push_back({std::move(rule)});
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
}

bool Faults::due(const Active& active) {
  const auto& rule = active.rule;
  return (rule.nth == 0 || active.seen == rule.nth) &&
         (rule.every == 0 || active.seen % rule.every == 0) &&
         (rule.count == 0 || active.struck < rule.count);
}

std::optional<Fault> Faults::next(Service service, const Request& request) {
  const std::lock_guard lock(mutex_);
  std::optional<Fault> fault;
  for (auto& active : rules_) {
    if (!matches(active.rule, service, request)) {
      continue;
    }
    ++active.seen;
    if (!fault && due(active)) {
      ++active.struck;
      fault = active.rule.fault;
    }
  }
  return fault;
}

}  // namespace ecrelay::ecr_double
