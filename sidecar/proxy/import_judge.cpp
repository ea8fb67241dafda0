#include "proxy/import_judge.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"

namespace ecrelay::proxy {
namespace {

constexpr std::size_t kMaxCases = 512;
// AWS's clock against ours.
constexpr auto kClockSlack = std::chrono::seconds(2);

}  // namespace

ImportJudge::ImportJudge(Describe describe, const store::NamesIndex& names,
                         stats::Recorder& recorder, base::WorkerPool& workers)
    : describe_(std::move(describe)),
      names_(names),
      recorder_(recorder),
      workers_(workers),
      describe_allowed_(describe_ != nullptr) {}

void ImportJudge::manifest_fetched(const FetchedRow& row) {
  {
    const std::lock_guard lock(mutex_);
    cases_.push_back({row, false});
    if (cases_.size() > kMaxCases) {
      cases_.pop_front();
    }
  }
  if (describe_allowed_ && !row.tag.empty()) {
    workers_.submit([this, row] { describe_row(row); });
  }
}

void ImportJudge::describe_row(const FetchedRow& row) {
  const auto detail = describe_(row.ecr_repository, row.tag);
  if (detail.ok()) {
    const bool fresh = detail->pushed_at && *detail->pushed_at >= row.asked_at - kClockSlack;
    decide(row.id, fresh ? stats::EcrCache::Import : stats::EcrCache::Hit);
  } else if (detail.error().code == base::ErrorCode::NotFound) {
    decide(row.id, stats::EcrCache::Import);  // ECR has just served it: the import is going on
  } else if (detail.error().code == base::ErrorCode::PermissionDenied) {
    describe_allowed_ = false;
    base::log_info("ecr:DescribeImages is not allowed: imports are told by the download's host");
  }
}

void ImportJudge::decide(std::int64_t id, stats::EcrCache verdict) {
  const std::lock_guard lock(mutex_);
  for (auto& one : cases_) {
    one.decided = one.decided || one.row.id == id;
  }
  recorder_.amend(id, {.ecr_cache = verdict});
}

void ImportJudge::download_seen(const store::RepositoryName& repository, const base::Digest& blob,
                                upstream::DownloadHost host) {
  const auto content = names_.content(repository, blob);
  if (host == upstream::DownloadHost::Registry || !content || !content->parent) {
    return;
  }
  const auto manifest = *content->parent;
  const auto above = names_.content(repository, manifest);
  const bool elsewhere = host == upstream::DownloadHost::Elsewhere;
  // Amended under the lock, so that what DescribeImages decides meanwhile comes after.
  const std::lock_guard lock(mutex_);
  for (auto& one : cases_) {
    const bool names_it =
        one.row.digest == manifest || (above && above->parent && one.row.digest == *above->parent);
    if (names_it && one.row.repository == repository && !one.decided) {
      recorder_.amend(one.row.id,
                      {.ecr_cache = elsewhere ? stats::EcrCache::Import : stats::EcrCache::Hit});
      one.decided = elsewhere;  // one download past the bucket settles it
    }
  }
}

}  // namespace ecrelay::proxy
