#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "proxy/blob_fetch.hpp"
#include "proxy/routes.hpp"
#include "stats/recorder.hpp"
#include "store/store.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

struct FetchedManifest {
  upstream::Manifest manifest;
  Place place;
  std::string detail;  ///< why places before it were passed over
  bool stored = false;
};

/// What asking for a manifest came to: it, or the failure of the first place that has one to tell.
struct ManifestAnswer {
  std::optional<FetchedManifest> fetched;
  std::optional<FetchFailure> failure;
  std::string detail;
  bool joined = false;  ///< another request's asking was shared
};

/// Asks the places of a route for a manifest, each name once at a time however many clients want
/// it, keeps what it gets in the store and notes what it names. ECR has 15 s to its first byte; its
/// answer is then still awaited in the background, so that an import ends. Thread-safe. The
/// destructor stops what is under way.
class ManifestSource {
 public:
  ManifestSource(store::Store& store, stats::Recorder& recorder, base::WorkerPool& workers,
                 base::Metrics& metrics, const base::Clock& clock);
  ~ManifestSource();

  struct Wanted {
    store::RepositoryName repository;
    std::string reference;
    std::optional<base::Digest> digest;  ///< of `reference`, if it is one
    std::vector<Place> places;
    std::string job;
    bool late_child = false;  ///< as FetchCoordinator::Wanted
    base::Deadline answer_by;
  };
  ManifestAnswer ask(const Wanted& wanted);

  /// Whether ECR gave this manifest within the last minute, so that it may still be importing what
  /// the manifest names.
  bool served_by_ecr_lately(const base::Digest& manifest);

  /// Ends what is under way; the tasks on the workers end soon after.
  void request_stop();

 private:
  struct Asking;
  void run(const Wanted& wanted, const std::shared_ptr<Asking>& asking);
  /// Into the store and the names; true if the bytes are in the store.
  bool keep(const Wanted& wanted, const upstream::Manifest& manifest,
            base::Wall::time_point asked_at);

  store::Store& store_;
  stats::Recorder& recorder_;
  base::WorkerPool& workers_;
  base::Metrics& metrics_;
  const base::Clock& clock_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Asking>> under_way_;
  std::unordered_map<base::Digest, base::Steady::time_point> served_by_ecr_;
};

}  // namespace ecrelay::proxy
