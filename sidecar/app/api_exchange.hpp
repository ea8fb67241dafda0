#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http_server.hpp"
#include "stats/json_document.hpp"

namespace ecrelay::app {

/// What whoever asks has shown: nothing, what reading takes, or the control token.
enum class Caller { Anyone, Reader, Controller };

/// A request to the HTTP API, taken apart. Borrows the request.
struct ApiRequest {
  const net::ServerRequest& http;
  std::string path;                ///< as written, without the query
  std::vector<std::string> parts;  ///< of the path, decoded: "/api/v1/jobs" is api, v1, jobs
  std::string query;
  Caller caller = Caller::Anyone;

  static ApiRequest read(const net::ServerRequest& http);
  /// Every value of that name in the query, decoded; broken escapes are passed over.
  [[nodiscard]] std::vector<std::string> query_values(std::string_view name) const;
  /// The body's JSON object; an empty body is an empty object. InvalidArgument says what is wrong.
  [[nodiscard]] base::Result<stats::Json> json_body() const;
};

net::ServerResponse reply(int status, std::string_view content_type, std::string body);
net::ServerResponse reply_json(int status, const stats::Json& json);
/// {"error": MESSAGE}
net::ServerResponse reply_error(int status, std::string_view message);
/// The same, with the status that goes with the error's code.
net::ServerResponse reply_error(const base::Error& error);

}  // namespace ecrelay::app
