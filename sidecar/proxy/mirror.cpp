#include "proxy/mirror.hpp"

#include <utility>

#include "oci/errors.hpp"
#include "proxy/blob_requests.hpp"
#include "proxy/list_requests.hpp"
#include "proxy/manifest_requests.hpp"

namespace ecrelay::proxy {
namespace {

net::ServerResponse plain(int status, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Docker-Distribution-Api-Version", "registry/2.0");
  response.body = std::move(body);
  return response;
}

}  // namespace

net::ServerResponse Mirror::handle(const net::ServerRequest& request) {
  auto target = read_target(request.target, request.headers);
  if (request.method != "GET" && request.method != "HEAD") {
    auto response =
        plain(405, oci::error_body("UNSUPPORTED", "the relay is a mirror to pull from"));
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  if (target.resource == Resource::Ping) {
    return plain(200, "{}");
  }
  if (target.resource == Resource::Other && !target.problem.empty()) {
    return plain(400, oci::error_body(target.problem_code, target.problem));
  }
  if (target.resource == Resource::Other) {
    return plain(404, oci::error_body("UNSUPPORTED", "no such path in the distribution API"));
  }
  const auto job =
      parts_.jobs.resolve(target.job.empty() ? request.listener : std::as_const(target.job));
  Exchange exchange(request, std::move(target), job, parts_.recorder, parts_.metrics, parts_.clock);
  return answer(exchange);
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
