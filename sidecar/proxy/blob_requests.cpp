#include "proxy/blob_requests.hpp"

#include <chrono>
#include <utility>

#include "proxy/bounded_ask.hpp"
#include "proxy/first_look.hpp"
#include "proxy/pass_through.hpp"

namespace ecrelay::proxy {
namespace {

using stats::Outcome;
using stats::Reason;

constexpr auto kConfirmWithin = std::chrono::milliseconds(9000);

std::optional<Reason> reason_of_broken(const std::optional<FetchFailure>& failure) {
  if (!failure) {
    return std::nullopt;
  }
  return failure->corrupt ? Reason::Corrupt : reason_of(failure->place, failure->failure);
}

}  // namespace

net::ServerResponse BlobRequests::answer(Exchange& exchange) {
  const auto content = parts_.store.names().content(exchange.repository(), digest(exchange));
  return content ? answer_known(exchange, *content) : answer_unknown(exchange);
}

net::ServerResponse BlobRequests::answer_known(Exchange& exchange, const store::Content& content) {
  auto reader = parts_.store.open(digest(exchange), exchange.job());
  if (reader && content.size > 0 && reader->size() != content.size) {
    reader.reset();
    parts_.store.space().forget(digest(exchange));  // cut short while no relay looked
    exchange.event().reason = Reason::Corrupt;
  }
  if (reader) {
    return serve_held(exchange, std::move(reader), Outcome::Hit);
  }
  if (exchange.head_only() && content.size > 0) {
    exchange.event().outcome = Outcome::Hit;
    exchange.event().origin = stats::Origin::Store;
    return exchange.respond_size(content.size);
  }
  return fetch(exchange, content);
}

net::ServerResponse BlobRequests::answer_unknown(Exchange& exchange) {
  const bool here = parts_.store.size_of(digest(exchange)).has_value() ||
                    parts_.fetches.find(digest(exchange)) != nullptr;
  if (!here && !exchange.head_only()) {
    return fetch(exchange, std::nullopt);  // its answer is the confirmation
  }
  return confirm_then_serve(exchange);
}

net::ServerResponse BlobRequests::confirm_then_serve(Exchange& exchange) {
  wait_first_look(parts_.account, exchange.answer_by());
  const auto& target = exchange.target();
  const auto route = parts_.routes.route(target.registry, target.repository, RouteFor::Manifest);
  std::optional<FetchFailure> failure;
  const auto size = confirm(exchange, route, failure);
  if (!size) {
    if (route.places.empty()) {
      return exchange.decline(Outcome::Declined, route.reason, route.detail);
    }
    return refuse(exchange, failure);
  }
  const store::Content content{store::ContentKind::Blob, "", *size, {}};
  parts_.store.names().allow(exchange.repository(), digest(exchange), content);
  if (auto reader = parts_.store.open(digest(exchange), exchange.job())) {
    return serve_held(exchange, std::move(reader), Outcome::Revalidated);
  }
  if (exchange.head_only()) {
    exchange.event().outcome = Outcome::Miss;
    exchange.event().reason = Reason::Cold;
    return exchange.respond_size(*size);
  }
  return fetch(exchange, content);
}

std::optional<std::uint64_t> BlobRequests::confirm(Exchange& exchange, const Route& route,
                                                   std::optional<FetchFailure>& failure) {
  for (const auto& place : route.places) {
    const auto wait = base::Deadline::after(kConfirmWithin).earlier(exchange.answer_by());
    const auto size =
        ask_within<std::uint64_t>(parts_.workers, wait, [place, digest = digest(exchange)] {
          return place.registry->blob_size({place.repository, kConfirmWithin, {}}, digest);
        });
    if (size.ok()) {
      return *size;
    }
    failure = FetchFailure{size.failure(), place.origin};
  }
  return std::nullopt;
}

net::ServerResponse BlobRequests::serve_held(Exchange& exchange,
                                             std::unique_ptr<store::BlobReader> reader,
                                             Outcome outcome) {
  exchange.event().outcome = outcome;
  exchange.event().origin = stats::Origin::Store;
  return exchange.respond_blob(std::move(reader));
}

net::ServerResponse BlobRequests::fetch(Exchange& exchange,
                                        const std::optional<store::Content>& content) {
  wait_first_look(parts_.account, exchange.answer_by());
  const auto& target = exchange.target();
  const auto route =
      parts_.routes.route(target.registry, target.repository,
                          content ? RouteFor::BlobOfServedManifest : RouteFor::Manifest);
  if (route.places.empty()) {
    return exchange.decline(content ? Outcome::Error : Outcome::Declined, route.reason,
                            route.detail);
  }
  const FetchCoordinator::Wanted wanted{
      digest(exchange),
      exchange.repository(),
      route.places,
      exchange.job(),
      content && content->parent && parts_.manifests.served_by_ecr_lately(*content->parent),
      exchange.answer_by()};
  if (content && content->size > 0 && !parts_.store.could_hold(content->size)) {
    return stream_through(exchange, wanted, "larger than the store");
  }
  const auto [fetch, state] = await_fetch(exchange, wanted);
  if (!content && !fetch.began) {
    // Another repository's request was quicker: its registry's word does not count for this one.
    return confirm_then_serve(exchange);
  }
  if (!fetch.fetch) {
    auto reader = parts_.store.open(digest(exchange), exchange.job());
    return reader ? serve_held(exchange, std::move(reader), Outcome::Hit)
                  : stream_through(exchange, wanted, "the blob went from the store meanwhile");
  }
  const auto failure = fetch.fetch->failure();
  if (failure && failure->not_storable) {
    return stream_through(exchange, wanted, failure->failure.detail);
  }
  if (state == BlobFetch::State::Opening || failure) {
    return refuse(exchange, failure);
  }
  if (!content) {
    parts_.store.names().allow(exchange.repository(), digest(exchange),
                               {store::ContentKind::Blob, "", fetch.fetch->fill()->size(), {}});
  }
  return serve_fetch(exchange, fetch);
}

BlobRequests::Awaited BlobRequests::await_fetch(Exchange& exchange,
                                                const FetchCoordinator::Wanted& wanted) {
  constexpr int kRounds = 2;
  for (int round = 1;; ++round) {
    auto fetch = parts_.fetches.begin_or_join(wanted);
    if (!fetch.fetch) {
      return {fetch, BlobFetch::State::Done};
    }
    auto state = fetch.fetch->wait_opened(exchange.answer_by());
    const auto fill = fetch.fetch->fill();
    if (state == BlobFetch::State::Filling && fill->size() <= store::Fill::kWithheld) {
      // All of it is withheld until it is right: so is the promise of it.
      state = fetch.fetch->wait_ended(exchange.answer_by());
    }
    const auto failure = fetch.fetch->failure();
    // A joined fetch may have asked another repository's places; after wrong bytes another place is
    // asked first.
    const bool may_help = failure && !failure->not_storable && (!fetch.began || failure->corrupt);
    if (!may_help || round == kRounds) {
      return {fetch, state};
    }
  }
}

net::ServerResponse BlobRequests::serve_fetch(Exchange& exchange,
                                              const FetchCoordinator::Fetch& fetch) {
  auto& event = exchange.event();
  event.origin = fetch.fetch->origin();
  event.detail = fetch.fetch->detail();
  event.outcome = fetch.began ? Outcome::Miss : Outcome::Joined;
  if (fetch.began) {
    const bool evicted = parts_.store.space().was_evicted(digest(exchange));
    event.reason = event.reason == Reason::Corrupt ? Reason::Corrupt
                   : evicted                       ? Reason::Evicted
                                                   : Reason::Cold;
    note_miss(exchange, fetch.fetch);
  }
  exchange.if_broken([fetch = fetch.fetch] { return reason_of_broken(fetch->failure()); });
  return exchange.respond_blob(fetch.fetch->fill()->reader());
}

void BlobRequests::note_miss(Exchange& exchange, const std::shared_ptr<BlobFetch>& fetch) {
  // The row is written when the request ends, which may be before the fill does.
  exchange.after_recorded([fetch, &recorder = parts_.recorder](std::int64_t id) {
    fetch->when_ended([id, raw = fetch.get(), &recorder] {
      stats::Amendment amendment;
      amendment.bytes_fetched = raw->bytes_fetched();
      recorder.amend(id, amendment);
    });
  });
}

net::ServerResponse BlobRequests::stream_through(Exchange& exchange,
                                                 const FetchCoordinator::Wanted& wanted,
                                                 const std::string& why) {
  auto stream = PassThrough::start(wanted, parts_.workers);
  const auto opened = stream->wait_opened(exchange.answer_by());
  if (!opened) {
    return refuse(exchange, stream->failure());
  }
  auto& event = exchange.event();
  event.outcome = Outcome::Miss;
  event.reason = Reason::Unstored;
  event.origin = opened->origin;
  event.detail = "not stored: " + why;
  exchange.if_broken([stream] { return reason_of_broken(stream->failure()); });
  exchange.after_recorded([stream, origin = opened->origin, &recorder = parts_.recorder,
                           &metrics = parts_.metrics](std::int64_t id) {
    stats::Amendment amendment;
    amendment.bytes_fetched = stream->bytes_fetched();
    recorder.amend(id, amendment);
    metrics.add(base::Metric::FetchedBytes, static_cast<std::int64_t>(*amendment.bytes_fetched),
                {stats::word(origin)});
  });
  if (exchange.head_only()) {
    stream->stop();
    return exchange.respond_size(opened->size);
  }
  return exchange.respond_blob(opened->size, [&](std::uint64_t offset, std::uint64_t) {
    return PassThrough::source(stream, offset);
  });
}

net::ServerResponse BlobRequests::refuse(Exchange& exchange,
                                         const std::optional<FetchFailure>& failure) {
  const auto content = parts_.store.names().content(exchange.repository(), digest(exchange));
  const auto outcome = content ? Outcome::Error : Outcome::Declined;
  if (!failure) {
    return exchange.decline(outcome, Reason::EcrUnreachable, "no answer in time");
  }
  return exchange.decline(outcome, reason_of(failure->place, failure->failure),
                          failure->failure.detail);
}

}  // namespace ecrelay::proxy
