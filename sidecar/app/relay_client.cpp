#include "app/relay_client.hpp"

#include <utility>

#include "base/strings.hpp"
#include "base/url.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

// The relay is on this machine.
constexpr std::chrono::milliseconds kConnectTime{1000};

base::ErrorCode code_of(int status) {
  switch (status) {
    case 400:
      return base::ErrorCode::InvalidArgument;
    case 401:
      return base::ErrorCode::Unauthenticated;
    case 403:
      return base::ErrorCode::PermissionDenied;
    case 404:
      return base::ErrorCode::NotFound;
    default:
      return base::ErrorCode::Unavailable;
  }
}

base::Result<std::string> body_of(base::Result<net::HttpResponse> answer) {
  ECRELAY_TRY(auto response, std::move(answer));
  if (response.status >= 200 && response.status < 300) {
    return std::move(response.body);
  }
  const auto json = Json::parse(response.body);
  const auto why = json.ok() ? json->get("error").as_string() : std::nullopt;
  return base::Error{
      code_of(response.status),
      "the relay answered " + std::to_string(response.status) + (why ? ": " + *why : "")};
}

base::Result<Json> json_of(base::Result<std::string> body) {
  ECRELAY_TRY(const auto text, std::move(body));
  const auto json = Json::parse(text);
  if (!json.ok()) {
    return json.error().within("the relay's answer");
  }
  return json;
}

}  // namespace

RelayClient::RelayClient(std::string endpoint, base::Secret token,
                         std::chrono::milliseconds patience)
    : endpoint_(std::move(endpoint)),
      token_(std::move(token)),
      limits_{.connect = kConnectTime, .first_byte = patience} {}

base::Result<net::HttpResponse> RelayClient::send(net::Method method, const std::string& target,
                                                  std::string body) {
  net::HttpRequest request;
  request.method = method;
  ECRELAY_TRY(request.url, base::Url::parse(endpoint_ + target));
  if (!token_.empty()) {
    request.headers.add("Authorization", "Bearer " + token_.reveal());
  }
  if (method == net::Method::Post) {
    request.headers.add("Content-Type", "application/json");
    request.body = std::move(body);
  }
  return client_.fetch(request, limits_);
}

base::Result<net::HttpResponse> RelayClient::ask(const std::string& target) {
  return send(net::Method::Get, target, {});
}

base::Result<std::string> RelayClient::get(const std::string& target) {
  return body_of(ask(target));
}

base::Result<Json> RelayClient::get_json(const std::string& target) {
  return json_of(get(target));
}

base::Result<Json> RelayClient::post(const std::string& target, const Json& body) {
  return json_of(body_of(send(net::Method::Post, target, body.dump())));
}

}  // namespace ecrelay::app
