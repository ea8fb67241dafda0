#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "stats/job.hpp"
#include "stats/recorder.hpp"

namespace ecrelay::stats {

/// The jobs of this relay: which are open, which one requests belong to. Every change is written
/// through the Recorder; nothing is read back, so opening an id that an earlier process had open
/// goes on with its row. Thread-safe. Borrows both.
class JobRegistry {
 public:
  JobRegistry(Recorder& recorder, const base::Clock& clock);

  /// Opens, or opens again, and returns the job with its id, start and status filled in.
  /// InvalidArgument for an id that is_job_id() refuses.
  base::Result<Job> open(Job job);
  /// Opens it as the one that requests without a job of their own belong to.
  base::Result<Job> open_default(Job job);
  /// NotFound for an id that this relay has not opened. Closing a closed job changes its status.
  base::Result<Job> close(std::string_view id, JobStatus status);
  /// Ends every open job: at the relay's stop.
  void close_all(JobStatus status);

  [[nodiscard]] std::optional<Job> find(std::string_view id) const;
  /// The open job that was opened last.
  [[nodiscard]] std::optional<Job> current() const;
  [[nodiscard]] std::vector<Job> open_jobs() const;
  /// The job that a request which names `id` belongs to: `id` if this relay knows it, else the
  /// default job; empty where there is none.
  [[nodiscard]] std::string resolve(std::string_view id) const;
  [[nodiscard]] std::string default_id() const;

 private:
  struct Entry {
    Job job;
    std::uint64_t order = 0;  // of opening
  };
  void forget_oldest_closed();
  Job close_locked(Entry& entry, JobStatus status);

  Recorder& recorder_;
  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> jobs_;
  std::string default_id_;
  std::uint64_t opened_ = 0;
};

}  // namespace ecrelay::stats
