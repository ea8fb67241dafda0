#include "aws/json_api.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "aws/sigv4.hpp"
#include "base/log.hpp"
#include "base/timestamps.hpp"

namespace ecrelay::aws {
namespace {

/// AWS bears 5 min; less than this is no clock that is off.
constexpr auto kTolerableSkew = std::chrono::minutes(1);

void scrub(std::string& text, const base::Secret& secret) {
  if (secret.empty()) {
    return;
  }
  for (auto at = text.find(secret.reveal()); at != std::string::npos;
       at = text.find(secret.reveal(), at)) {
    text.replace(at, secret.reveal().size(), "***");
  }
}

ApiError read_error(const net::HttpResponse& response, const Credentials& credentials) {
  auto error = parse_api_error(response.status, response.body,
                               response.headers.get("x-amzn-ErrorType").value_or(""));
  scrub(error.message, credentials.session_token);
  scrub(error.message, credentials.secret_access_key);
  return error;
}

bool worth_retrying(ApiErrorKind kind) {
  return kind == ApiErrorKind::Throttled || kind == ApiErrorKind::Unreachable;
}

bool worth_retrying(base::ErrorCode transport_failure) {
  return transport_failure == base::ErrorCode::Unavailable ||
         transport_failure == base::ErrorCode::Timeout ||
         transport_failure == base::ErrorCode::Corrupt;
}

}  // namespace

JsonApi::JsonApi(Transport transport, CredentialProvider& credentials, const base::Clock& clock,
                 JsonApiOptions options)
    : transport_(std::move(transport)),
      credentials_(credentials),
      clock_(clock),
      options_(std::move(options)) {}

base::Result<std::string> JsonApi::call(std::string_view operation, const std::string& body,
                                        std::stop_token stop) {
  const auto context = options_.service + ":" + std::string(operation);
  Corrections corrections;
  ECRELAY_TRY(auto credentials, credentials_.get());
  CallBudget budget(options_.limits, std::move(stop));
  while (true) {
    auto response = exchange(operation, body, credentials, budget);
    base::Error failure;
    bool again = false;
    if (!response.ok()) {
      failure = response.error();
      again = worth_retrying(failure.code);
    } else if (response->status == 200) {
      return std::move(response->body);
    } else {
      const auto error = read_error(*response, credentials);
      if (correct(error, *response, corrections)) {
        ECRELAY_TRY(credentials, credentials_.get());
        continue;
      }
      failure = error.to_error();
      again = worth_retrying(error.kind);
    }
    if (!again || !budget.wait_before_retry()) {
      return failure.within(context);
    }
  }
}

base::Result<net::HttpResponse> JsonApi::exchange(std::string_view operation,
                                                  const std::string& body,
                                                  const Credentials& credentials,
                                                  const CallBudget& budget) {
  net::HttpRequest request{.method = net::Method::Post, .url = options_.endpoint, .body = body};
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", options_.target_prefix + "." + std::string(operation));
  sign_request(request, credentials,
               {.region = options_.region,
                .service = options_.service,
                .time = clock_.wall() + std::chrono::seconds(clock_offset_)});
  const auto left = budget.left();
  const net::HttpLimits limits{
      .connect = std::min(options_.limits.connect, left), .first_byte = left, .stall = left};
  auto response = transport_(request, limits, budget.token());
  const bool out_of_time = !response.ok() && response.error().code == base::ErrorCode::Canceled &&
                           !budget.stopped_by_caller();
  if (out_of_time) {
    return base::Error{base::ErrorCode::Timeout, options_.endpoint.authority() + ": no answer in " +
                                                     std::to_string(options_.limits.total.count()) +
                                                     " ms"};
  }
  return response;
}

bool JsonApi::correct(const ApiError& error, const net::HttpResponse& response, Corrections& done) {
  if (error.kind == ApiErrorKind::ExpiredCredentials && !std::exchange(done.credentials, true)) {
    credentials_.invalidate();
    return true;
  }
  return error.kind == ApiErrorKind::InvalidSignature && !std::exchange(done.clock, true) &&
         adopt_server_clock(response);
}

bool JsonApi::adopt_server_clock(const net::HttpResponse& response) {
  const auto date = base::parse_http_date(response.headers.get("Date").value_or(""));
  if (!date) {
    return false;
  }
  const auto offset = std::chrono::round<std::chrono::seconds>(*date - clock_.wall());
  if (std::chrono::abs(offset - std::chrono::seconds(clock_offset_)) < kTolerableSkew) {
    return false;
  }
  base::log_warn("this machine's clock is off; signing by the clock of AWS",
                 {{"seconds", std::to_string(offset.count())}});
  clock_offset_ = offset.count();
  return true;
}

}  // namespace ecrelay::aws
