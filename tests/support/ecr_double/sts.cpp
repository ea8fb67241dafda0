#include "support/ecr_double/sts.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::uint64_t kDefaultLife = 3600;
constexpr std::uint64_t kMinLife = 900;
constexpr std::uint64_t kMaxLife = 43200;

std::optional<std::string> field(const Request& request, const std::string& name) {
  for (const auto& piece : base::split(request.body, '&')) {
    if (piece.starts_with(name + "=")) {
      auto value = piece.substr(name.size() + 1);
      std::replace(value.begin(), value.end(), '+', ' ');
      return base::percent_decode(value);
    }
  }
  return std::nullopt;
}

std::string element(std::string_view name, std::string_view content) {
  return "<" + std::string(name) + ">" + std::string(content) + "</" + std::string(name) + ">";
}

std::string response(const std::string& action, std::string_view result) {
  const auto open = "<" + action + "Response xmlns=\"" + std::string(kNamespace) + "\">";
  return open + element(action + "Result", result) +
         element("ResponseMetadata", element("RequestId", base::random_hex(16))) + "</" + action +
         "Response>";
}

Reply error(int status, std::string_view code, std::string_view message) {
  const auto inside =
      element("Type", "Sender") + element("Code", code) + element("Message", message);
  return text_reply(status, "text/xml",
                    "<ErrorResponse xmlns=\"" + std::string(kNamespace) + "\">" +
                        element("Error", inside) + element("RequestId", base::random_hex(16)) +
                        "</ErrorResponse>");
}

/// "arn:aws:iam::1:role/ci" and "build" give "arn:aws:sts::1:assumed-role/ci/build".
std::string assumed_role_arn(const std::string& account, const std::string& role_arn,
                             const std::string& session) {
  return "arn:aws:sts::" + account + ":assumed-role/" + role_arn.substr(role_arn.rfind('/') + 1) +
         "/" + session;
}

}  // namespace

std::string Sts::action_of(const Request& request) {
  return field(request, "Action").value_or("unknown");
}

Reply Sts::answer(const Request& request) {
  const auto action = action_of(request);
  if (action != "AssumeRoleWithWebIdentity") {
    const auto verdict = state_.identity.verify(request, "sts");
    if (!verdict.good()) {
      return error(403, verdict.code, verdict.message);
    }
  }
  const auto right = "sts:" + action;
  if (state_.settings().denied_actions.contains(right)) {
    return error(403, "AccessDenied", "Not authorized to perform " + right);
  }
  if (action == "GetCallerIdentity") {
    return caller_identity();
  }
  if (action == "AssumeRole" || action == "AssumeRoleWithWebIdentity") {
    return assume_role(action, request);
  }
  return error(400, "InvalidAction", "Could not find operation " + base::printable(action));
}

Reply Sts::assume_role(const std::string& action, const Request& request) {
  const auto role = field(request, "RoleArn").value_or("");
  const auto session = field(request, "RoleSessionName").value_or("");
  const auto life =
      base::parse_uint(field(request, "DurationSeconds").value_or(std::to_string(kDefaultLife)));
  if (role.size() < 20 || session.size() < 2 || !life || *life < kMinLife || *life > kMaxLife) {
    return error(400, "ValidationError", "RoleArn, RoleSessionName or DurationSeconds is invalid");
  }
  const bool web_identity = action == "AssumeRoleWithWebIdentity";
  if (web_identity && field(request, "WebIdentityToken").value_or("").empty()) {
    return error(400, "InvalidIdentityToken", "No OpenIDConnect token was given");
  }
  const auto expires_at = state_.clock.wall() + std::chrono::seconds(*life);
  const auto credentials = state_.identity.issue_credentials(expires_at);
  const auto user = element("Arn", assumed_role_arn(state_.options.account, role, session)) +
                    element("AssumedRoleId", "AROADOUBLEEXAMPLE:" + session);
  // The order of the members differs from reply to reply at AWS; this is one of them.
  const auto secret = element("SessionToken", credentials.session_token) +
                      element("SecretAccessKey", credentials.secret_key) +
                      element("Expiration", base::format_utc(expires_at)) +
                      element("AccessKeyId", credentials.access_key);
  return text_reply(
      200, "text/xml",
      response(action, element("AssumedRoleUser", user) + element("Credentials", secret)));
}

Reply Sts::caller_identity() const {
  const auto result =
      element("UserId", "AROADOUBLEEXAMPLE:session") + element("Account", state_.options.account) +
      element("Arn", "arn:aws:sts::" + state_.options.account + ":assumed-role/ci/session");
  return text_reply(200, "text/xml", response("GetCallerIdentity", result));
}

}  // namespace ecrelay::ecr_double
