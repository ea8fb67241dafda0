#pragma once

#include <string>
#include <string_view>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// An error of the ECR API: {"__type":..,"message":..} and a request id.
Reply api_error(int status, std::string_view code, std::string_view message);

/// One action of the ECR API ("GetAuthorizationToken"), its caller known and allowed. `body` is the
/// JSON as it came.
Reply run_ecr_action(State& state, const std::string& action, const std::string& body);

}  // namespace ecrelay::ecr_double
