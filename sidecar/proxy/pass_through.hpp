#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/digest.hpp"
#include "base/worker_pool.hpp"
#include "net/http_server.hpp"
#include "proxy/fetch_coordinator.hpp"

namespace ecrelay::proxy {

/// A blob that the store cannot take (larger than its bound, disk full), streamed from its registry
/// to one client through a window of memory, and verified all the same: the last bytes of the
/// window leave only when the digest of all is right. Shared by its downloading task and its one
/// reader. Thread-safe.
class PassThrough {
 public:
  static std::shared_ptr<PassThrough> start(const FetchCoordinator::Wanted& wanted,
                                            base::WorkerPool& workers);
  explicit PassThrough(const FetchCoordinator::Wanted& wanted);

  struct Opened {
    std::uint64_t size = 0;
    stats::Origin origin = stats::Origin::Ecr;
  };
  /// Nothing if no place gave the blob, or none in time.
  std::optional<Opened> wait_opened(base::Deadline deadline);
  [[nodiscard]] std::optional<FetchFailure> failure() const;
  /// Ends the download, if it goes on.
  void stop();
  [[nodiscard]] std::uint64_t bytes_fetched() const;

  /// The one reader; when it goes, the download ends.
  static std::unique_ptr<net::BodySource> source(std::shared_ptr<PassThrough> stream,
                                                 std::uint64_t offset);

 private:
  class Sink;
  class Source;
  void run();
  /// Nothing once all bytes came and are right.
  std::optional<FetchFailure> try_place(const Place& place);
  void end(std::optional<FetchFailure> failure);
  bool push(std::span<const std::byte> data);
  /// Bytes that may leave: all of the window once the whole is right, else less the withheld.
  [[nodiscard]] std::size_t ready_locked() const;
  base::Result<std::size_t> pop(std::span<std::byte> data);

  const FetchCoordinator::Wanted wanted_;
  std::stop_source stop_;
  base::Hasher hasher_;  // of the downloading thread alone
  bool hashed_ = false;  // likewise

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Opened> opened_;
  std::optional<FetchFailure> failure_;
  std::string window_;
  std::size_t read_ = 0;  // of the window
  std::uint64_t fetched_ = 0;
  bool ended_ = false;
};

}  // namespace ecrelay::proxy
