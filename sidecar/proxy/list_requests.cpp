#include "proxy/list_requests.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.hpp"
#include "oci/documents.hpp"
#include "oci/media_types.hpp"
#include "proxy/bounded_ask.hpp"
#include "proxy/first_look.hpp"

namespace ecrelay::proxy {
namespace {

using stats::Outcome;
using upstream::FailureKind;

constexpr auto kFirstByte = std::chrono::milliseconds(9000);
// Of all pages of one place.
constexpr auto kPlaceBound = std::chrono::milliseconds(12000);

/// Asks the places in order; the first answer counts, else the first failure that is more than not
/// to know the name, with its detail.
template <typename T, typename Ask>
std::optional<T> ask_places(base::WorkerPool& workers, Exchange& exchange, const Route& route,
                            const Ask& ask, std::optional<FetchFailure>& failure) {
  for (const auto& place : route.places) {
    const auto wait = base::Deadline::after(kPlaceBound).earlier(exchange.answer_by());
    auto reply = ask_within<T>(workers, wait, [ask, place] { return ask(place); });
    if (reply.ok()) {
      exchange.event().outcome = Outcome::Miss;
      exchange.event().reason = stats::Reason::Cold;
      exchange.event().origin = place.origin;
      return std::move(*reply);
    }
    if (!failure || failure->failure.kind == FailureKind::NotFound) {
      failure = FetchFailure{reply.failure(), place.origin};
      exchange.event().detail = fallback_detail(place, reply.failure());
    }
  }
  return std::nullopt;
}

net::ServerResponse give_up(Exchange& exchange, const Route& route,
                            const std::optional<FetchFailure>& failure) {
  if (!failure) {
    return exchange.decline(Outcome::Declined, route.reason, route.detail);
  }
  return exchange.decline(Outcome::Declined, reason_of(failure->place, failure->failure),
                          exchange.event().detail);
}

/// The page of `tags` after `last`; `more` if there are further ones. Sorted as the spec wants.
std::vector<std::string> page_of(std::vector<std::string> tags, const Target& target, bool& more) {
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  if (!target.last.empty()) {
    tags.erase(tags.begin(), std::upper_bound(tags.begin(), tags.end(), target.last));
  }
  more = target.page_size && *target.page_size < tags.size();
  if (more) {
    tags.resize(static_cast<std::size_t>(*target.page_size));
  }
  return tags;
}

/// RFC 8288, as the distribution spec has it ("Listing Tags"). `ns` keeps naming the registry, the
/// path the job.
std::string next_link(const Target& target, const std::string& last_tag) {
  const auto job = target.job.empty() ? "" : "/job/" + base::percent_encode(target.job);
  return "<" + job + "/v2/" + target.repository +
         "/tags/list?n=" + std::to_string(*target.page_size) +
         "&last=" + base::percent_encode(last_tag) +
         "&ns=" + base::percent_encode(target.registry) + ">; rel=\"next\"";
}

}  // namespace

net::ServerResponse ListRequests::answer_tags(Exchange& exchange) {
  wait_first_look(parts_.account, exchange.answer_by());
  const auto& target = exchange.target();
  const auto route = parts_.routes.route(target.registry, target.repository, RouteFor::Manifest);
  std::optional<FetchFailure> failure;
  auto tags = ask_places<std::vector<std::string>>(
      parts_.workers, exchange, route,
      [](const Place& place) {
        return place.registry->tags({place.repository, kFirstByte, {}});
      },
      failure);
  if (!tags) {
    return give_up(exchange, route, failure);
  }
  bool more = false;
  const auto page = page_of(std::move(*tags), target, more);
  auto body = oci::tags_list_json(target.repository, page);
  exchange.event().bytes_fetched = body.size();
  auto response = exchange.respond(200, "application/json", std::move(body));
  if (more && !page.empty()) {
    response.headers.add("Link", next_link(target, page.back()));
  }
  return response;
}

net::ServerResponse ListRequests::answer_referrers(Exchange& exchange) {
  wait_first_look(parts_.account, exchange.answer_by());
  const auto& target = exchange.target();
  const auto route = parts_.routes.route(target.registry, target.repository, RouteFor::Manifest);
  std::optional<FetchFailure> failure;
  auto referrers = ask_places<std::vector<oci::Referrer>>(
      parts_.workers, exchange, route,
      [digest = *target.digest](const Place& place) {
        return place.registry->referrers({place.repository, kFirstByte, {}}, digest);
      },
      failure);
  if (!referrers && failure && failure->failure.kind == FailureKind::NotFound) {
    // The distribution spec ("Listing Referrers"): what nobody knows of has none, and that is no
    // 404.
    exchange.event().outcome = Outcome::Miss;
    exchange.event().reason = stats::Reason::Cold;
    referrers.emplace();
  }
  if (!referrers) {
    return give_up(exchange, route, failure);
  }
  auto body = oci::referrers_index_json(oci::select_referrers(*referrers, target.artifact_type));
  exchange.event().bytes_fetched = body.size();
  auto response = exchange.respond(200, std::string(oci::kOciIndex), std::move(body));
  if (!target.artifact_type.empty()) {
    response.headers.add("OCI-Filters-Applied", "artifactType");
  }
  return response;
}

}  // namespace ecrelay::proxy
