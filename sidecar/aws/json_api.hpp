#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/api_error.hpp"
#include "aws/call_budget.hpp"
#include "aws/credential_chain.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "net/http_client.hpp"

namespace ecrelay::aws {

/// How a request reaches the network: net::HttpClient::fetch, or a test's own.
using Transport = std::function<base::Result<net::HttpResponse>(
    const net::HttpRequest&, const net::HttpLimits&, std::stop_token)>;

struct JsonApiOptions {
  base::Url endpoint;
  std::string region;         ///< that the requests are signed for
  std::string service;        ///< signing name: "ecr"
  std::string target_prefix;  ///< of X-Amz-Target: "AmazonEC2ContainerRegistry_V20150921"
  CallLimits limits;
};

/// Signed calls of an AWS service of protocol JSON 1.1. Throttling, 5xx and network failures are
/// tried again within CallLimits; expired credentials are renewed once, a clock that is off is
/// corrected once by the reply's Date. Errors as ApiErrorKind says, or the transport's own; none
/// holds a secret. Thread-safe; what it is given by reference is borrowed.
class JsonApi {
 public:
  JsonApi(Transport transport, CredentialProvider& credentials, const base::Clock& clock,
          JsonApiOptions options);

  /// The body of a 200 reply to POST.
  base::Result<std::string> call(std::string_view operation, const std::string& body,
                                 std::stop_token stop);

 private:
  /// What may be mended once in a call.
  struct Corrections {
    bool credentials = false;
    bool clock = false;
  };
  base::Result<net::HttpResponse> exchange(std::string_view operation, const std::string& body,
                                           const Credentials& credentials,
                                           const CallBudget& budget);
  bool correct(const ApiError& error, const net::HttpResponse& response, Corrections& done);
  bool adopt_server_clock(const net::HttpResponse& response);

  const Transport transport_;
  CredentialProvider& credentials_;
  const base::Clock& clock_;
  const JsonApiOptions options_;
  std::atomic<std::chrono::seconds::rep> clock_offset_{0};
};

}  // namespace ecrelay::aws
