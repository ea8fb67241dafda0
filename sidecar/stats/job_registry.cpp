#include "stats/job_registry.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"

namespace ecrelay::stats {
namespace {

/// Closed jobs stay known for late requests and reports; beyond this many the oldest go.
constexpr std::size_t kKnown = 4096;

}  // namespace

JobRegistry::JobRegistry(Recorder& recorder, const base::Clock& clock)
    : recorder_(recorder), clock_(clock) {}

base::Result<Job> JobRegistry::open(Job job) {
  if (job.id.empty()) {
    job.id = job_id_of(job);
  }
  if (!is_job_id(job.id)) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "'" + base::printable(job.id) + "' cannot be a job's id"};
  }
  const std::lock_guard lock(mutex_);
  const auto known = jobs_.find(job.id);
  if (known != jobs_.end()) {
    job.started_at = known->second.job.started_at;
  } else if (job.started_at == 0) {
    job.started_at = base::unix_micros(clock_.wall());
  }
  job.status = JobStatus::Open;
  job.ended_at.reset();
  jobs_[job.id] = Entry{job, ++opened_};
  forget_oldest_closed();
  // Enqueued under the lock, so that the row ends as the last change left the job.
  recorder_.upsert_job(job);
  return job;
}

base::Result<Job> JobRegistry::open_default(Job job) {
  ECRELAY_TRY(auto opened, open(std::move(job)));
  const std::lock_guard lock(mutex_);
  default_id_ = opened.id;
  return opened;
}

Job JobRegistry::close_locked(Entry& entry, JobStatus status) {
  entry.job.status = status;
  if (!entry.job.ended_at) {
    entry.job.ended_at = base::unix_micros(clock_.wall());
  }
  recorder_.upsert_job(entry.job);
  return entry.job;
}

base::Result<Job> JobRegistry::close(std::string_view id, JobStatus status) {
  const std::lock_guard lock(mutex_);
  const auto known = jobs_.find(std::string(id));
  if (known == jobs_.end()) {
    return base::Error{base::ErrorCode::NotFound, "no job '" + base::printable(id) + "' is open"};
  }
  return close_locked(known->second, status);
}

void JobRegistry::close_all(JobStatus status) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, entry] : jobs_) {
    if (entry.job.status == JobStatus::Open) {
      close_locked(entry, status);
    }
  }
}

std::optional<Job> JobRegistry::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto known = jobs_.find(std::string(id));
  return known == jobs_.end() ? std::nullopt : std::optional(known->second.job);
}

std::optional<Job> JobRegistry::current() const {
  const std::lock_guard lock(mutex_);
  const Entry* latest = nullptr;
  for (const auto& [id, entry] : jobs_) {
    if (entry.job.status == JobStatus::Open && (latest == nullptr || entry.order > latest->order)) {
      latest = &entry;
    }
  }
  return latest == nullptr ? std::nullopt : std::optional(latest->job);
}

std::vector<Job> JobRegistry::open_jobs() const {
  std::vector<Job> jobs;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : jobs_) {
      if (entry.job.status == JobStatus::Open) {
        jobs.push_back(entry.job);
      }
    }
  }
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    return std::pair(a.started_at, a.id) < std::pair(b.started_at, b.id);
  });
  return jobs;
}

std::string JobRegistry::resolve(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  return jobs_.contains(std::string(id)) ? std::string(id) : default_id_;
}

std::string JobRegistry::default_id() const {
  const std::lock_guard lock(mutex_);
  return default_id_;
}

void JobRegistry::forget_oldest_closed() {
  if (jobs_.size() <= kKnown) {
    return;
  }
  auto oldest = jobs_.end();
  for (auto it = jobs_.begin(); it != jobs_.end(); ++it) {
    const bool may_go = it->second.job.status != JobStatus::Open && it->first != default_id_;
    if (may_go && (oldest == jobs_.end() || it->second.order < oldest->second.order)) {
      oldest = it;
    }
  }
  if (oldest != jobs_.end()) {
    jobs_.erase(oldest);
  }
}

}  // namespace ecrelay::stats
