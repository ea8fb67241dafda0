#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/http_client.hpp"
#include "stats/json_document.hpp"

namespace ecrelay::app {

/// Speaks to a running relay's HTTP API, at its endpoint and with its control token (which may be
/// empty: then nothing can be changed). An answer other than 2xx is an error with the relay's own
/// words. Not thread-safe.
class RelayClient {
 public:
  /// `patience` is how long an answer may take.
  RelayClient(std::string endpoint, base::Secret token,
              std::chrono::milliseconds patience = std::chrono::milliseconds(8000));

  /// `target` is "/path[?query]".
  base::Result<std::string> get(const std::string& target);
  base::Result<stats::Json> get_json(const std::string& target);
  base::Result<stats::Json> post(const std::string& target, const stats::Json& body);

  /// The same whatever the status says: "/readyz" has its answer in a 503.
  base::Result<net::HttpResponse> ask(const std::string& target);

 private:
  base::Result<net::HttpResponse> send(net::Method method, const std::string& target,
                                       std::string body);

  const std::string endpoint_;
  const base::Secret token_;
  const net::HttpLimits limits_;
  net::HttpClient client_;
};

}  // namespace ecrelay::app
