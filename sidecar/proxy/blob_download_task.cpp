#include "proxy/blob_download_task.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "proxy/bounded_ask.hpp"
#include "proxy/reasons.hpp"

namespace ecrelay::proxy {
namespace {

using upstream::FailureKind;

// Attempts in a row that bring next to nothing before the next place is asked; each asks up to
// three times.
constexpr int kMaxFruitless = 2;
constexpr std::uint64_t kFruit = 64 * 1024;
// However much each of them brings.
constexpr int kMaxAttempts = 32;
constexpr auto kLeastFirstByte = std::chrono::milliseconds(2000);
constexpr auto kLateChildPatience = std::chrono::seconds(15);
constexpr auto kLateChildPause = std::chrono::milliseconds(500);

}  // namespace

BlobDownloadTask::BlobDownloadTask(const FetchCoordinator::Wanted& wanted, BlobFetch& fetch,
                                   store::Store& store,
                                   const FetchCoordinator::DownloadSeen& download_seen,
                                   std::stop_token stop)
    : wanted_(wanted),
      fetch_(fetch),
      store_(store),
      download_seen_(download_seen),
      stop_(std::move(stop)),
      late_child_until_(base::Deadline::after(kLateChildPatience)) {}

std::optional<FetchFailure> BlobDownloadTask::run() {
  for (const auto& place : wanted_.places) {
    place_ = &place;
    fruitless_ = 0;
    attempts_ = 0;
    auto next = Next::SamePlace;
    while (next == Next::SamePlace) {
      next = attempt(place);
    }
    if (next == Next::Finished) {
      return std::nullopt;
    }
    if (next == Next::GiveUp) {
      break;
    }
  }
  if (fill_) {
    fill_->discard();  // before anyone is told: who asks again begins anew
  }
  return failure_;
}

std::chrono::milliseconds BlobDownloadTask::first_byte_limit(const Place& place) const {
  if (fill_) {
    return kEcrFirstByte;
  }
  const auto left = std::max(wanted_.answer_by.left(), kLeastFirstByte);
  return place.origin == stats::Origin::Ecr ? std::min(left, kEcrFirstByte) : left;
}

BlobDownloadTask::Next BlobDownloadTask::attempt(const Place& place) {
  const auto offset = fill_ ? fill_->front() : 0;
  const auto reply = place.registry->blob({place.repository, first_byte_limit(place), stop_},
                                          wanted_.digest, offset, *this);
  if (store_error_) {
    const bool full = !fill_ || store_error_->code == base::ErrorCode::NoSpace;
    failure_ = FetchFailure{{FailureKind::Rejected, 0, store_error_->message}, place.origin, full};
    return Next::GiveUp;
  }
  if (!reply.ok()) {
    return judge(place, reply.failure(), fill_ && fill_->front() >= offset + kFruit);
  }
  if (!fill_ || fill_->front() < fill_->size()) {
    return judge(place, {FailureKind::Unreachable, 0, "the body ended early"},
                 fill_ && fill_->front() >= offset + kFruit);
  }
  if (const auto committed = fill_->commit(); !committed.ok()) {
    const bool corrupt = committed.error().code == base::ErrorCode::Corrupt;
    failure_ = FetchFailure{{corrupt ? FailureKind::BadAnswer : FailureKind::Rejected, 0,
                             place.registry->name() + ": " + committed.error().message},
                            place.origin,
                            !corrupt,
                            corrupt};
    return Next::GiveUp;
  }
  return Next::Finished;
}

BlobDownloadTask::Next BlobDownloadTask::judge(const Place& place, const upstream::Failure& failure,
                                               bool progressed) {
  failure_ = FetchFailure{failure, place.origin, false};
  failure_->failure.detail = place.registry->name() + ": " + failure.detail;
  if (stop_.stop_requested()) {
    return Next::GiveUp;
  }
  fruitless_ = progressed ? 0 : fruitless_ + 1;
  ++attempts_;
  const bool broke_off = failure.kind == FailureKind::Unreachable ||
                         failure.kind == FailureKind::TimedOut ||
                         failure.kind == FailureKind::Throttled;
  const bool last_place = &place == &wanted_.places.back();
  const bool not_yet = wanted_.late_child && failure.kind == FailureKind::NotFound &&
                       place.origin == stats::Origin::Ecr && last_place;
  if (not_yet && !late_child_until_.passed()) {
    wait_before(kLateChildPause);
    return Next::SamePlace;
  }
  // Once bytes are there, the same place is the one that surely goes on with the same ones.
  if (broke_off && fill_ && fruitless_ < kMaxFruitless && attempts_ < kMaxAttempts) {
    wait_before(std::chrono::milliseconds(100) * fruitless_);
    return Next::SamePlace;
  }
  detail_ = fallback_detail(place, failure);
  return Next::NextPlace;
}

void BlobDownloadTask::wait_before(std::chrono::milliseconds pause) const {
  const auto until = base::Deadline::after(pause);
  while (!until.passed() && !stop_.stop_requested()) {
    std::this_thread::sleep_for(std::min(until.left(), std::chrono::milliseconds(50)));
  }
}

bool BlobDownloadTask::on_size(std::uint64_t size, upstream::DownloadHost host) {
  if (place_->origin == stats::Origin::Ecr) {
    download_seen_(wanted_.repository, wanted_.digest, host);
  }
  if (fill_) {
    return fill_->size() == size;
  }
  auto fill = store_.begin(wanted_.digest, size, wanted_.job);
  if (!fill.ok()) {
    store_error_ = fill.error();
    return false;
  }
  fill_ = *fill;
  fetch_.opened(fill_, place_->origin, detail_);
  return true;
}

bool BlobDownloadTask::on_data(std::span<const std::byte> data) {
  fetch_.fetched(data.size());
  if (auto written = fill_->write(fill_->front(), data); !written.ok()) {
    store_error_ = written.error();
    return false;
  }
  return true;
}

}  // namespace ecrelay::proxy
