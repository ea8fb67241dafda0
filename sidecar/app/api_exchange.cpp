#include "app/api_exchange.hpp"

#include <utility>

#include "base/strings.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

int status_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::InvalidArgument:
      return 400;
    case base::ErrorCode::NotFound:
      return 404;
    default:
      return 500;
  }
}

}  // namespace

ApiRequest ApiRequest::read(const net::ServerRequest& http) {
  ApiRequest request{http, http.target, {}, {}};
  if (const auto mark = http.target.find('?'); mark != std::string::npos) {
    request.path = http.target.substr(0, mark);
    request.query = http.target.substr(mark + 1);
  }
  for (const auto& part : base::split(request.path.substr(1), '/')) {
    request.parts.push_back(base::percent_decode(part).value_or(part));
  }
  return request;
}

std::vector<std::string> ApiRequest::query_values(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& pair : base::split(query, '&')) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || pair.compare(0, equals, name) != 0) {
      continue;
    }
    if (auto value = base::percent_decode(pair.substr(equals + 1))) {
      values.push_back(std::move(*value));
    }
  }
  return values;
}

base::Result<Json> ApiRequest::json_body() const {
  if (http.body_state == net::BodyState::NotRead) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "the body has to have a Content-Length of 64 KiB at most"};
  }
  if (base::trim(http.body).empty()) {
    return Json::object();
  }
  auto json = Json::parse(http.body);
  if (!json.ok()) {
    return json.error().within("the body is no JSON");
  }
  if (!json->is_object()) {
    return base::Error{base::ErrorCode::InvalidArgument, "the body has to be a JSON object"};
  }
  return json;
}

net::ServerResponse reply(int status, std::string_view content_type, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers.add("Content-Type", std::string(content_type));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

net::ServerResponse reply_json(int status, const Json& json) {
  return reply(status, "application/json", json.dump(Json::Layout::Indented) + "\n");
}

net::ServerResponse reply_error(int status, std::string_view message) {
  return reply_json(status, Json::object({{"error", message}}));
}

net::ServerResponse reply_error(const base::Error& error) {
  return reply_error(status_of(error.code), error.message);
}

}  // namespace ecrelay::app
