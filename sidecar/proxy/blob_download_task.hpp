#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "proxy/fetch_coordinator.hpp"

namespace ecrelay::proxy {

/// The download of one blob over one connection at a time: place after place, attempt after
/// attempt, each going on where the last one ended. Run once, on one thread.
class BlobDownloadTask final : private upstream::BlobSink {
 public:
  BlobDownloadTask(const FetchCoordinator::Wanted& wanted, BlobFetch& fetch, store::Store& store,
                   const FetchCoordinator::DownloadSeen& download_seen, std::stop_token stop);

  /// Nothing once the blob is in the store, else why it is not.
  std::optional<FetchFailure> run();

 private:
  enum class Next { Finished, SamePlace, NextPlace, GiveUp };

  Next attempt(const Place& place);
  Next judge(const Place& place, const upstream::Failure& failure, bool progressed);
  [[nodiscard]] std::chrono::milliseconds first_byte_limit(const Place& place) const;
  void wait_before(std::chrono::milliseconds pause) const;

  bool on_size(std::uint64_t size, upstream::DownloadHost host) override;
  bool on_data(std::span<const std::byte> data) override;

  const FetchCoordinator::Wanted& wanted_;
  BlobFetch& fetch_;
  store::Store& store_;
  const FetchCoordinator::DownloadSeen& download_seen_;
  const std::stop_token stop_;
  const base::Deadline late_child_until_;

  std::shared_ptr<store::Fill> fill_;
  const Place* place_ = nullptr;
  std::string detail_;
  std::optional<base::Error> store_error_;
  std::optional<FetchFailure> failure_;
  int fruitless_ = 0;
  int attempts_ = 0;  // at this place
};

}  // namespace ecrelay::proxy
