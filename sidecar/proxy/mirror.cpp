#include "proxy/mirror.hpp"

#include <utility>

#include "oci/errors.hpp"
#include "proxy/blob_requests.hpp"
#include "proxy/list_requests.hpp"
#include "proxy/manifest_requests.hpp"

namespace ecrelay::proxy {
namespace {

/// An answer to what names no manifest, blob or list: no request of the statistics.
net::ServerResponse plain(int status, stats::Outcome outcome, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Docker-Distribution-Api-Version", "registry/2.0");
  response.headers.add("X-Ecrelay-Outcome", std::string(stats::word(outcome)));
  response.body = std::move(body);
  return response;
}

constexpr const char* kPullOnly = "the relay is a mirror to pull from";

}  // namespace

net::ServerResponse Mirror::handle(const net::ServerRequest& request) {
  auto target = read_target(request.target, request.headers);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool names_nothing =
      target.resource == Resource::Ping || target.resource == Resource::Other;
  if (!reads && (names_nothing || !target.problem.empty())) {
    auto response = plain(405, stats::Outcome::Declined, oci::error_body("UNSUPPORTED", kPullOnly));
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  if (target.resource == Resource::Ping) {
    return plain(200, stats::Outcome::Hit, "{}");
  }
  if (names_nothing && !target.problem.empty()) {
    return plain(400, stats::Outcome::Error, oci::error_body(target.problem_code, target.problem));
  }
  if (names_nothing) {
    return plain(404, stats::Outcome::Declined,
                 oci::error_body("UNSUPPORTED", "no such path in the distribution API"));
  }
  const auto job =
      parts_.jobs.resolve(target.job.empty() ? request.listener : std::as_const(target.job));
  Exchange exchange(request, std::move(target), job, parts_.recorder, parts_.metrics, parts_.clock);
  return reads ? answer(exchange) : refuse_write(exchange);
}

net::ServerResponse Mirror::refuse_write(Exchange& exchange) {
  exchange.event().outcome = stats::Outcome::Declined;
  exchange.event().reason = stats::Reason::Unsupported;
  auto response = exchange.respond_error(405, "UNSUPPORTED", kPullOnly);
  response.headers.add("Allow", "GET, HEAD");
  return response;
}

net::ServerResponse Mirror::answer(Exchange& exchange) {
  const auto& target = exchange.target();
  if (!target.problem.empty()) {
    exchange.event().outcome = stats::Outcome::Error;
    exchange.event().reason = stats::Reason::BadRequest;
    exchange.event().detail = target.problem;
    return exchange.respond_error(400, target.problem_code, target.problem);
  }
  switch (target.resource) {
    case Resource::Manifest:
      return ManifestRequests(parts_).answer(exchange);
    case Resource::Blob:
      return BlobRequests(parts_).answer(exchange);
    case Resource::Tags:
      return ListRequests(parts_).answer_tags(exchange);
    default:
      return ListRequests(parts_).answer_referrers(exchange);
  }
}

}  // namespace ecrelay::proxy
