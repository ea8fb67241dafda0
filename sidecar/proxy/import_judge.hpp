#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "aws/ecr_documents.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "stats/recorder.hpp"
#include "store/names_index.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

/// Finds out, after the answer has gone out, whether ECR held a manifest that was fetched or
/// imported it for this request, and brings the request's row up to date. DescribeImages decides
/// where it is allowed; else where the downloads of the manifest's blobs came from (ECR's bucket,
/// or past it). Thread-safe.
class ImportJudge {
 public:
  using Describe = std::function<base::Result<aws::ImageDetail>(const std::string& repository,
                                                                const std::string& tag)>;

  /// `describe` may be empty: then the downloads alone decide.
  ImportJudge(Describe describe, const store::NamesIndex& names, stats::Recorder& recorder,
              base::WorkerPool& workers);

  struct FetchedRow {
    std::int64_t id = 0;
    store::RepositoryName repository;
    std::string ecr_repository;
    std::string tag;  ///< empty where it was asked for by digest
    base::Digest digest;
    base::Wall::time_point asked_at;
  };
  void manifest_fetched(const FetchedRow& row);
  void download_seen(const store::RepositoryName& repository, const base::Digest& blob,
                     upstream::DownloadHost host);

 private:
  struct Case {
    FetchedRow row;
    bool decided = false;
  };
  void describe_row(const FetchedRow& row);
  void decide(std::int64_t id, stats::EcrCache verdict);

  const Describe describe_;
  const store::NamesIndex& names_;
  stats::Recorder& recorder_;
  base::WorkerPool& workers_;
  std::atomic<bool> describe_allowed_;
  std::mutex mutex_;
  std::deque<Case> cases_;
};

}  // namespace ecrelay::proxy
