#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "support/ecr_double/control.hpp"
#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/state.hpp"
#include "support/ecr_double/sts.hpp"

namespace ecrelay::ecr_double {

/// The API port: ECR's JSON 1.1 API, every request's signature recomputed; STS, told by its form
/// body; and the double's own control interface. Thread-safe.
class ApiEndpoint final : public Endpoint {
 public:
  explicit ApiEndpoint(State& state);

  [[nodiscard]] std::string kind(const Request& request) const override;
  Reply answer(const Request& request) override;

 private:
  Reply ecr(const Request& request);

  State& state_;
  Sts sts_;
  Control control_;
};

}  // namespace ecrelay::ecr_double
