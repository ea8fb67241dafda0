#include "proxy/manifest_walk.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include "proxy/reasons.hpp"

namespace ecrelay::proxy {
namespace {

using upstream::FailureKind;

// containerd gives a mirror up after 30 s without a head.
constexpr auto kAnswerWithin = std::chrono::milliseconds(19000);
constexpr auto kEcrFirstByte = std::chrono::milliseconds(15000);
constexpr auto kLeastFirstByte = std::chrono::milliseconds(2000);
// No limit of an import is published; ECR's answer is worth this much waiting behind the client's back.
constexpr auto kImportPatience = std::chrono::milliseconds(120000);
constexpr auto kLateChildPause = std::chrono::milliseconds(500);

}  // namespace

ManifestWalk::ManifestWalk(const ManifestSource::Wanted& wanted, const store::NamesIndex& names,
                           base::WorkerPool& workers, Keep keep, std::stop_token stop)
    : wanted_(wanted),
      names_(names),
      workers_(workers),
      keep_(std::move(keep)),
      stop_(std::move(stop)),
      answer_by_(base::Deadline::after(kAnswerWithin)) {}

ManifestAnswer ManifestWalk::run() {
  ManifestAnswer answer;
  for (const auto& place : wanted_.places) {
    auto reply = ask(place);
    if (reply.ok()) {
      const bool stored = keep_(*reply);
      answer.fetched = FetchedManifest{std::move(*reply), place, answer.detail, stored};
      answer.failure.reset();
      return answer;
    }
    // The first place is the one whose trouble the user has to mend; the detail tells of all. Only
    // ECR's "authentication to the upstream registry failed" may as well mean that there is no such
    // image (aws/containers-roadmap#2354), which the registry itself knows.
    const bool settled = answer.failure &&
                         answer.failure->failure.kind == FailureKind::UpstreamDenied &&
                         reply.failure().kind == FailureKind::NotFound;
    if (!answer.failure || settled) {
      answer.failure = FetchFailure{reply.failure(), place.origin};
    }
    const auto detail = fallback_detail(place, reply.failure());
    answer.detail += (answer.detail.empty() ? "" : "; then ") + detail;
  }
  return answer;
}

ManifestWalk::Reply ManifestWalk::ask(const Place& place) {
  if (place.origin == stats::Origin::Ecr) {
    return ask_ecr(place);
  }
  return place.registry->manifest(
      {place.repository, std::max(answer_by_.left(), kLeastFirstByte), stop_}, wanted_.reference);
}

ManifestWalk::Reply ManifestWalk::ask_ecr(const Place& place) {
  auto reply = wanted_.digest ? ask_ecr_by_digest(place) : ask_in_background(place);
  const bool last_place = &place == &wanted_.places.back();
  while (!reply.ok() && reply.failure().kind == FailureKind::NotFound && wanted_.late_child &&
         last_place && answer_by_.left() > kLeastFirstByte && !stop_.stop_requested()) {
    std::this_thread::sleep_for(kLateChildPause);
    reply = ask_in_background(place);
  }
  return reply;
}

/// ECR does not import by digest alone (aws/containers-roadmap#2837): where a tag is known to lead
/// there, asking for the tag makes ECR import the image, and the digest is then to be had.
ManifestWalk::Reply ManifestWalk::ask_ecr_by_digest(const Place& place) {
  auto reply = ask_in_background(place);
  if (reply.ok() || reply.failure().kind != FailureKind::NotFound) {
    return reply;
  }
  const auto tag = names_.tag_leading_to(wanted_.repository, *wanted_.digest);
  if (!tag) {
    return reply;
  }
  auto by_tag = place.registry->manifest(
      {place.repository, std::max(answer_by_.left(), kLeastFirstByte), stop_}, *tag);
  if (!by_tag.ok()) {
    return reply;
  }
  return by_tag->digest == *wanted_.digest ? by_tag : ask_in_background(place);
}

ManifestWalk::Reply ManifestWalk::ask_in_background(const Place& place) {
  struct Shared {
    std::promise<Reply> promise;
    std::atomic<bool> abandoned{false};
  };
  auto shared = std::make_shared<Shared>();
  auto answered = shared->promise.get_future();
  const bool taken = workers_.submit(
      [shared, place, reference = wanted_.reference, keep = keep_, stop = stop_] {
        auto reply = place.registry->manifest({place.repository, kImportPatience, stop}, reference);
        if (reply.ok() && shared->abandoned) {
          keep(*reply);
        }
        shared->promise.set_value(std::move(reply));
      });
  if (!taken) {
    return upstream::Failure{FailureKind::Rejected, 0, "the relay is stopping"};
  }
  const auto wait = std::min(std::max(answer_by_.left(), kLeastFirstByte), kEcrFirstByte);
  if (answered.wait_for(wait) != std::future_status::ready) {
    shared->abandoned = true;
    return upstream::Failure{FailureKind::TimedOut, 0,
                             "no answer within " + std::to_string(wait.count() / 1000) +
                                 " s (its import goes on in the background)"};
  }
  return answered.get();
}

}  // namespace ecrelay::proxy
