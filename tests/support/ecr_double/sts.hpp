#pragma once

#include <string>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// AWS STS, query protocol: AssumeRoleWithWebIdentity (unsigned), AssumeRole and GetCallerIdentity
/// (signed). A web identity token is taken if it is not empty; "sts:ACTION" may be denied. What it
/// hands out is accepted by the ECR API. Thread-safe.
class Sts {
 public:
  explicit Sts(State& state) : state_(state) {}

  /// The Action of the form, or "unknown".
  static std::string action_of(const Request& request);
  Reply answer(const Request& request);

 private:
  Reply assume_role(const std::string& action, const Request& request);
  Reply caller_identity() const;

  State& state_;
};

}  // namespace ecrelay::ecr_double
