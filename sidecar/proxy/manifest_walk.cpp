#include "proxy/manifest_walk.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "proxy/bounded_ask.hpp"
#include "proxy/reasons.hpp"

namespace ecrelay::proxy {
namespace {

using upstream::FailureKind;

// No limit of an import is published; ECR's answer is worth this much waiting behind the client's
// back.
constexpr auto kImportPatience = std::chrono::milliseconds(120000);
constexpr auto kLateChildPause = std::chrono::milliseconds(500);
constexpr auto kLateChildRest = std::chrono::milliseconds(4500);

}  // namespace

ManifestWalk::ManifestWalk(const ManifestSource::Wanted& wanted, const store::NamesIndex& names,
                           base::WorkerPool& workers, Keep keep, std::stop_token stop)
    : wanted_(wanted),
      names_(names),
      workers_(workers),
      keep_(std::move(keep)),
      stop_(std::move(stop)) {}

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
  return place.origin == stats::Origin::Ecr ? ask_ecr(place) : ask_for(place, wanted_.reference);
}

ManifestWalk::Reply ManifestWalk::ask_ecr(const Place& place) {
  auto reply = wanted_.digest ? ask_ecr_by_digest(place) : ask_for(place, wanted_.reference);
  const bool last_place = &place == &wanted_.places.back();
  while (!reply.ok() && reply.failure().kind == FailureKind::NotFound && wanted_.late_child &&
         last_place && wanted_.answer_by.left() > kLateChildRest && !stop_.stop_requested()) {
    std::this_thread::sleep_for(kLateChildPause);
    reply = ask_for(place, wanted_.reference);
  }
  return reply;
}

/// ECR does not import by digest alone (aws/containers-roadmap#2837): where a tag is known to lead
/// there, asking for the tag makes ECR import the image, and the digest is then to be had.
ManifestWalk::Reply ManifestWalk::ask_ecr_by_digest(const Place& place) {
  auto reply = ask_for(place, wanted_.reference);
  if (reply.ok() || reply.failure().kind != FailureKind::NotFound) {
    return reply;
  }
  const auto tag = names_.tag_leading_to(wanted_.repository, *wanted_.digest);
  if (!tag) {
    return reply;
  }
  auto by_tag = ask_for(place, *tag);
  if (!by_tag.ok()) {
    return reply;
  }
  return by_tag->digest == *wanted_.digest ? by_tag : ask_for(place, wanted_.reference);
}

/// On a worker: what ECR answers too late for this client still ends its import, and is kept.
ManifestWalk::Reply ManifestWalk::ask_for(const Place& place, const std::string& reference) {
  const bool ecr = place.origin == stats::Origin::Ecr;
  const auto patience = ecr ? kImportPatience : kAnswerWithin;
  const auto wait =
      ecr ? base::Deadline::after(kEcrFirstByte).earlier(wanted_.answer_by) : wanted_.answer_by;
  const bool wanted_itself = reference == wanted_.reference;
  std::function<void(const upstream::Manifest&)> late;
  if (wanted_itself) {
    late = [keep = keep_](const upstream::Manifest& manifest) { keep(manifest); };
  }
  return ask_within<upstream::Manifest>(
      workers_, wait,
      [place, reference, patience, stop = stop_] {
        return place.registry->manifest({place.repository, patience, stop}, reference);
      },
      std::move(late));
}

}  // namespace ecrelay::proxy
