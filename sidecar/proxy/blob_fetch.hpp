#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "stats/outcome.hpp"
#include "store/fill.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

/// Why a fetch gave nothing, or stopped giving.
struct FetchFailure {
  upstream::Failure failure;
  stats::Origin place = stats::Origin::Ecr;  ///< who failed
  bool not_storable =
      false;             ///< the blob could be had, the store cannot take it: stream it through
  bool corrupt = false;  ///< the place gave bytes of another digest
};

/// One blob on its way from a registry into the store, seen from the requests that wait for it. The
/// fetching task writes, any number of requests look. Shared by all of them; it goes on when its
/// first client leaves. Thread-safe.
class BlobFetch {
 public:
  explicit BlobFetch(const base::Digest& digest) : digest_(digest) {}

  // The requests' side.

  enum class State { Opening, Filling, Done, Failed };
  /// Waits until it is known whether there will be bytes: Opening only if the deadline passed.
  State wait_opened(base::Deadline deadline);
  /// Waits until no more bytes will come: Done or Failed, else the deadline passed.
  State wait_ended(base::Deadline deadline);
  [[nodiscard]] std::shared_ptr<store::Fill> fill() const;
  [[nodiscard]] std::optional<FetchFailure> failure() const;
  [[nodiscard]] stats::Origin origin() const;
  [[nodiscard]] std::string detail() const;
  [[nodiscard]] std::uint64_t bytes_fetched() const { return bytes_fetched_; }
  [[nodiscard]] const base::Digest& digest() const { return digest_; }
  /// Called once, on the fetching thread, when no more bytes will be fetched; at once if that is
  /// so.
  void when_ended(std::function<void()> action);

  // The fetching task's side.

  void opened(std::shared_ptr<store::Fill> fill, stats::Origin origin, std::string detail);
  void fetched(std::uint64_t bytes) { bytes_fetched_ += bytes; }
  void done();
  void failed(FetchFailure failure);

 private:
  void end(State state);

  const base::Digest digest_;
  std::atomic<std::uint64_t> bytes_fetched_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::Opening;
  std::shared_ptr<store::Fill> fill_;
  std::optional<FetchFailure> failure_;
  stats::Origin origin_ = stats::Origin::Ecr;
  std::string detail_;
  std::vector<std::function<void()>> when_ended_;
};

}  // namespace ecrelay::proxy
