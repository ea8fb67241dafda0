#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "proxy/blob_fetch.hpp"
#include "proxy/routes.hpp"
#include "store/store.hpp"

namespace ecrelay::proxy {

/// Fetches each blob once, however many requests want it: the first begins the fetch, the others
/// join it. A fetch asks the places in order, goes on at its offset after a broken connection or an
/// expired download URL, and ends whole or not at all. Thread-safe. The destructor stops what is
/// under way.
class FetchCoordinator {
 public:
  /// Told of every download whose redirects were seen, e.g. to know ECR's imports.
  using DownloadSeen = std::function<void(const store::RepositoryName&, const base::Digest&,
                                          upstream::DownloadHost)>;

  FetchCoordinator(store::Store& store, base::WorkerPool& workers, base::Metrics& metrics,
                   DownloadSeen download_seen);
  ~FetchCoordinator();

  struct Wanted {
    base::Digest digest;
    store::RepositoryName repository;
    std::vector<Place> places;  ///< at least one
    std::string job;
    /// A manifest that ECR served moments ago names it: a 404 of ECR means "not yet".
    bool late_child = false;
    base::Deadline answer_by;
  };
  struct Fetch {
    std::shared_ptr<BlobFetch> fetch;  ///< null: the blob is in the store by now
    bool began = false;                ///< this call began it
  };
  Fetch begin_or_join(const Wanted& wanted);
  /// The fetch under way, if there is one.
  std::shared_ptr<BlobFetch> find(const base::Digest& digest);

  /// Ends what is under way; the tasks on the workers end soon after.
  void request_stop();

 private:
  void run(Wanted wanted, const std::shared_ptr<BlobFetch>& fetch);
  /// A place that gave wrong bytes of a digest is asked last for it.
  void put_corrupt_place_last(Wanted& wanted);
  void note_corrupt(const Wanted& wanted, const FetchFailure& failure);

  store::Store& store_;
  base::WorkerPool& workers_;
  base::Metrics& metrics_;
  const DownloadSeen download_seen_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::unordered_map<base::Digest, std::shared_ptr<BlobFetch>> under_way_;
  std::unordered_map<base::Digest, stats::Origin> corrupt_at_;
};

}  // namespace ecrelay::proxy
