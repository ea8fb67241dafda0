#include "proxy/manifest_requests.hpp"

#include <chrono>
#include <utility>

#include "oci/manifest.hpp"
#include "proxy/first_look.hpp"

namespace ecrelay::proxy {

using stats::Outcome;
using stats::Reason;

net::ServerResponse ManifestRequests::answer(Exchange& exchange) {
  bool believed = false;
  auto held = find(exchange, believed);
  if (held && believed) {
    exchange.event().outcome = Outcome::Hit;
    exchange.event().origin = stats::Origin::Store;
    return serve(exchange, held->digest, held->media_type, std::move(held->bytes));
  }
  return ask(exchange, held);
}

std::optional<ManifestRequests::Held> ManifestRequests::find(Exchange& exchange, bool& believed) {
  const auto& target = exchange.target();
  if (target.digest) {
    believed = true;
    return load(exchange, *target.digest);
  }
  const auto record = parts_.store.names().tag(exchange.repository(), target.reference);
  if (!record) {
    return std::nullopt;
  }
  // Jobs push to a private repository and read the tag right after: it is always asked for.
  const bool pushed_to = parts_.account.is_own_registry(target.registry) &&
                         parts_.freshness.kind != Freshness::Kind::Frozen;
  believed = !pushed_to && parts_.freshness.believes(record->asked_at, parts_.clock.wall());
  return load(exchange, record->digest);
}

std::optional<ManifestRequests::Held> ManifestRequests::load(Exchange& exchange,
                                                             const base::Digest& digest) {
  const auto content = parts_.store.names().content(exchange.repository(), digest);
  if (!content || content->kind != store::ContentKind::Manifest || content->media_type.empty()) {
    return std::nullopt;
  }
  auto bytes = parts_.store.load(digest, exchange.job(), oci::kMaxManifestBytes);
  if (!bytes.ok()) {
    if (bytes.error().code == base::ErrorCode::Corrupt) {
      exchange.event().reason = Reason::Corrupt;
      parts_.metrics.add(base::Metric::VerificationFailures);
    }
    return std::nullopt;
  }
  return Held{digest, content->media_type, std::move(*bytes)};
}

net::ServerResponse ManifestRequests::ask(Exchange& exchange, const std::optional<Held>& held) {
  wait_first_look(parts_.account, exchange.answer_by());
  const auto& target = exchange.target();
  const auto route = parts_.routes.route(target.registry, target.repository, RouteFor::Manifest);
  if (route.places.empty()) {
    return not_fetched(exchange, held, route.reason, route.detail);
  }
  ManifestSource::Wanted wanted{exchange.repository(), target.reference, target.digest,
                                route.places,          exchange.job(),   false,
                                exchange.answer_by()};
  if (target.digest) {
    const auto content = parts_.store.names().content(wanted.repository, *target.digest);
    wanted.late_child =
        content && content->parent && parts_.manifests.served_by_ecr_lately(*content->parent);
  }
  const auto answer = parts_.manifests.ask(wanted);
  if (answer.fetched) {
    return fetched(exchange, held, answer);
  }
  auto detail = answer.detail.empty() ? answer.failure->failure.detail : answer.detail;
  return not_fetched(exchange, held, reason_of(answer.failure->place, answer.failure->failure),
                     detail);
}

net::ServerResponse ManifestRequests::fetched(Exchange& exchange, const std::optional<Held>& held,
                                              const ManifestAnswer& answer) {
  const auto& fetched = *answer.fetched;
  const auto& manifest = fetched.manifest;
  auto& event = exchange.event();
  event.detail = fetched.detail;
  const bool same = held && held->digest == manifest.digest;
  event.outcome = answer.joined ? Outcome::Joined : same ? Outcome::Revalidated : Outcome::Miss;
  event.origin = same && !answer.joined ? stats::Origin::Store : fetched.place.origin;
  if (!answer.joined) {
    event.bytes_fetched = manifest.bytes.size();
  }
  if (event.outcome == Outcome::Miss) {
    if (!fetched.stored) {
      event.reason = Reason::Unstored;
    } else if (event.reason != Reason::Corrupt) {
      const bool moved = held && !exchange.target().digest;
      const bool evicted = parts_.store.space().was_evicted(manifest.digest);
      event.reason = moved ? Reason::TagMoved : evicted ? Reason::Evicted : Reason::Cold;
    }
  }
  if (!answer.joined && fetched.place.origin == stats::Origin::Ecr) {
    judge_import(exchange, fetched);
  }
  return serve(exchange, manifest.digest, manifest.media_type, manifest.bytes);
}

void ManifestRequests::judge_import(Exchange& exchange, const FetchedManifest& fetched) {
  if (parts_.account.is_own_registry(exchange.target().registry)) {
    return;  // nothing is imported into a repository of one's own
  }
  // A tag that still names the same digest was not imported by this request, whatever is found
  // later.
  if (exchange.event().outcome == Outcome::Revalidated) {
    exchange.event().ecr_cache = stats::EcrCache::Hit;
    return;
  }
  exchange.event().ecr_cache = stats::EcrCache::Unknown;
  ImportJudge::FetchedRow row;
  row.repository = exchange.repository();
  row.ecr_repository = fetched.place.repository;
  row.tag = exchange.target().digest ? "" : exchange.target().reference;
  row.digest = fetched.manifest.digest;
  row.asked_at = exchange.began();
  exchange.after_recorded([&imports = parts_.imports, row](std::int64_t id) mutable {
    row.id = id;
    imports.manifest_fetched(row);
  });
}

net::ServerResponse ManifestRequests::not_fetched(Exchange& exchange,
                                                  const std::optional<Held>& held, Reason reason,
                                                  const std::string& detail) {
  if (!held) {
    return exchange.decline(Outcome::Declined, reason, detail);
  }
  auto& event = exchange.event();
  event.outcome = Outcome::Stale;
  event.origin = stats::Origin::Store;
  event.reason = reason;
  event.detail = detail;
  return serve(exchange, held->digest, held->media_type, held->bytes);
}

net::ServerResponse ManifestRequests::serve(Exchange& exchange, const base::Digest& digest,
                                            const std::string& media_type, std::string bytes) {
  exchange.event().digest = digest.str();
  return exchange.respond(200, media_type, std::move(bytes));
}

}  // namespace ecrelay::proxy
