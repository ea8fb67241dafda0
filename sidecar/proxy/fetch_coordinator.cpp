#include "proxy/fetch_coordinator.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "proxy/blob_download_task.hpp"

namespace ecrelay::proxy {

FetchCoordinator::FetchCoordinator(store::Store& store, base::WorkerPool& workers,
                                   base::Metrics& metrics, DownloadSeen download_seen)
    : store_(store),
      workers_(workers),
      metrics_(metrics),
      download_seen_(std::move(download_seen)) {}

FetchCoordinator::~FetchCoordinator() {
  request_stop();
}

void FetchCoordinator::request_stop() {
  stop_.request_stop();
}

std::shared_ptr<BlobFetch> FetchCoordinator::find(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = under_way_.find(digest);
  return found == under_way_.end() ? nullptr : found->second;
}

FetchCoordinator::Fetch FetchCoordinator::begin_or_join(const Wanted& wanted) {
  std::shared_ptr<BlobFetch> fetch;
  {
    const std::lock_guard lock(mutex_);
    if (const auto under_way = under_way_.find(wanted.digest); under_way != under_way_.end()) {
      metrics_.add(base::Metric::FillsJoined);
      return {under_way->second, false};
    }
    if (store_.size_of(wanted.digest)) {
      return {nullptr, false};
    }
    fetch = std::make_shared<BlobFetch>(wanted.digest);
    under_way_[wanted.digest] = fetch;
  }
  metrics_.add(base::Metric::FillsStarted);
  if (!workers_.submit([this, wanted, fetch] { run(wanted, fetch); })) {
    {
      const std::lock_guard lock(mutex_);
      under_way_.erase(wanted.digest);
    }
    fetch->failed(
        {{upstream::FailureKind::Rejected, 0, "the relay is stopping"}, stats::Origin::Ecr});
  }
  return {fetch, true};
}

void FetchCoordinator::put_corrupt_place_last(Wanted& wanted) {
  const std::lock_guard lock(mutex_);
  if (const auto bad = corrupt_at_.find(wanted.digest); bad != corrupt_at_.end()) {
    std::stable_partition(wanted.places.begin(), wanted.places.end(),
                          [&](const Place& place) { return place.origin != bad->second; });
  }
}

void FetchCoordinator::note_corrupt(const Wanted& wanted, const FetchFailure& failure) {
  constexpr std::size_t kRemembered = 256;
  metrics_.add(base::Metric::VerificationFailures);
  const std::lock_guard lock(mutex_);
  if (corrupt_at_.size() >= kRemembered) {
    corrupt_at_.clear();
  }
  corrupt_at_[wanted.digest] = failure.place;
}

void FetchCoordinator::run(Wanted wanted, const std::shared_ptr<BlobFetch>& fetch) {
  put_corrupt_place_last(wanted);
  BlobDownloadTask task(wanted, *fetch, store_, download_seen_, stop_.get_token());
  std::optional<FetchFailure> failure;
  try {
    failure = task.run();
  } catch (const std::exception& thrown) {
    // Whatever it was, those who wait are told, and the digest may be asked for again.
    failure = FetchFailure{{upstream::FailureKind::Rejected, 0, thrown.what()}, stats::Origin::Ecr};
  }
  if (failure && failure->corrupt) {
    note_corrupt(wanted, *failure);
  }
  {
    // Before the end is told: whoever asks from now on finds the blob in the store, or begins anew.
    const std::lock_guard lock(mutex_);
    under_way_.erase(wanted.digest);
  }
  metrics_.add(base::Metric::FetchedBytes, static_cast<std::int64_t>(fetch->bytes_fetched()),
               {stats::word(fetch->origin())});
  if (!failure) {
    metrics_.add(base::Metric::FillsFinished);
    fetch->done();
    return;
  }
  metrics_.add(base::Metric::FillsFailed);
  const auto level = failure->not_storable ? base::LogLevel::Debug : base::LogLevel::Warn;
  base::log(level, "a fill failed",
            {{"digest", wanted.digest.str()},
             {"repository", wanted.repository.registry + "/" + wanted.repository.repository},
             {"why", failure->failure.detail}});
  fetch->failed(std::move(*failure));
}

}  // namespace ecrelay::proxy
