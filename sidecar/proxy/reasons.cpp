#include "proxy/reasons.hpp"

#include "base/strings.hpp"

namespace ecrelay::proxy {

using stats::Origin;
using stats::Reason;
using upstream::FailureKind;

stats::Reason reason_of(Origin place, const upstream::Failure& failure) {
  const bool ecr = place == Origin::Ecr;
  switch (failure.kind) {
    case FailureKind::NotFound:
      return Reason::NotFound;
    case FailureKind::Denied:
    case FailureKind::NoIdentity:
      return ecr ? Reason::EcrDenied : Reason::UpstreamDenied;
    case FailureKind::Throttled:
      return ecr ? Reason::EcrThrottled : Reason::UpstreamThrottled;
    case FailureKind::UpstreamThrottled:
      return Reason::UpstreamThrottled;
    case FailureKind::UpstreamDenied:
      return Reason::UpstreamDenied;
    case FailureKind::Unsupported:
      return Reason::Unsupported;
    case FailureKind::Unreachable:
    case FailureKind::TimedOut:
    case FailureKind::BadAnswer:
    case FailureKind::Rejected:
      // The contract has no word for an upstream registry that cannot be reached: it did not let us
      // have the image, and the detail says how.
      return ecr ? Reason::EcrUnreachable : Reason::UpstreamDenied;
  }
  return Reason::EcrUnreachable;
}

std::string fallback_detail(const Place& place, const upstream::Failure& failure) {
  auto text = std::string(stats::word(reason_of(place.origin, failure))) + ": " +
              place.registry->name() + ": " + failure.detail;
  if (place.origin != Origin::Ecr || failure.kind != FailureKind::NotFound) {
    return text;
  }
  // error-pullthroughcache in ECR's user guide: a missing right reads like a missing image.
  if (base::contains_ignoring_case(failure.detail, "NAME_UNKNOWN")) {
    return text +
           " (ECR says so too where the role lacks ecr:CreateRepository, or the rule's "
           "prefix is wrong)";
  }
  return text + " (ECR says so too where the role lacks ecr:BatchImportUpstreamImage)";
}

}  // namespace ecrelay::proxy
