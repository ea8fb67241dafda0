#include "app/client_gate.hpp"

#include <algorithm>

#include "app/control_token.hpp"
#include "base/constant_time.hpp"
#include "base/strings.hpp"
#include "base/url.hpp"
#include "oci/errors.hpp"

namespace ecrelay::app {
namespace {

bool on_loopback_alone(const config::ServeOptions& options) {
  return std::all_of(options.listen.begin(), options.listen.end(),
                     [](const auto& address) { return base::is_loopback_host(address.host); });
}

/// The password of "Basic base64(user:password)" (RFC 7617 2).
std::optional<std::string> basic_password(const std::string& authorization) {
  if (!base::equals_ignoring_case(authorization.substr(0, 6), "Basic ")) {
    return std::nullopt;
  }
  const auto decoded = base::base64_decode(base::trim(authorization.substr(6)));
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  return colon == std::string::npos ? std::nullopt : std::optional(decoded->substr(colon + 1));
}

}  // namespace

base::Result<ClientGate> ClientGate::open(const config::ServeOptions& options) {
  if (!options.client_token_file || on_loopback_alone(options)) {
    return ClientGate(std::nullopt);
  }
  ECRELAY_TRY(auto token, read_token_file(*options.client_token_file));
  return ClientGate(std::move(token));
}

bool ClientGate::admits(const net::ServerRequest& request) const {
  if (!token_) {
    return true;
  }
  const auto authorization = request.headers.get("Authorization").value_or("");
  if (bears_token(authorization, *token_)) {
    return true;
  }
  const auto password = basic_password(authorization);
  return password && base::equal_in_constant_time(*password, token_->reveal());
}

net::ServerResponse ClientGate::refusal() {
  net::ServerResponse response;
  response.status = 401;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("WWW-Authenticate", "Basic realm=\"ecrelay\"");
  response.body = oci::error_body("UNAUTHORIZED", "this relay wants its client token");
  return response;
}

}  // namespace ecrelay::app
