#include "support/ecr_double/api.hpp"

#include <string_view>

#include "support/ecr_double/ecr_actions.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::string_view kTarget = "AmazonEC2ContainerRegistry_V20150921.";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

bool is_sts(const Request& request) {
  return request.header("Content-Type").starts_with(kForm);
}

std::string action_of(const Request& request) {
  const auto target = request.header("X-Amz-Target");
  return target.starts_with(kTarget) ? target.substr(kTarget.size()) : "unknown";
}

}  // namespace

ApiEndpoint::ApiEndpoint(State& state) : state_(state), sts_(state), control_(state) {}

std::string ApiEndpoint::kind(const Request& request) const {
  return is_sts(request) ? "sts:" + Sts::action_of(request) : action_of(request);
}

Reply ApiEndpoint::answer(const Request& request) {
  if (Control::owns(request)) {
    return control_.answer(request);
  }
  auto reply = is_sts(request) ? sts_.answer(request) : ecr(request);
  reply.pace.latency = state_.settings().api_latency;
  return reply;
}

Reply ApiEndpoint::ecr(const Request& request) {
  if (request.method != "POST" || request.path != "/") {
    return api_error(404, "UnknownOperationException", "");
  }
  const auto verdict = state_.identity.verify(request, "ecr");
  if (!verdict.good()) {
    return api_error(400, verdict.code, verdict.message);
  }
  const auto action = action_of(request);
  const auto right = "ecr:" + action;
  if (state_.settings().denied_actions.contains(right)) {
    return api_error(400, "AccessDeniedException", state_.denial(right, "*"));
  }
  return run_ecr_action(state_, action, request.body);
}

}  // namespace ecrelay::ecr_double
