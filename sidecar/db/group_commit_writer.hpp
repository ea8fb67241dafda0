#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "db/db.hpp"

namespace ecrelay::db {

/// Many producers, one writer thread, one connection: what is enqueued is committed in its order,
/// in one IMMEDIATE transaction per batch, within about `interval`. A kill -9 loses at most the
/// batch that is open. A batch that fails on the database's side (busy, full, I/O) is tried again,
/// then dropped and counted; a corrupt file is reopened through `open`; a job that fails by itself
/// is dropped alone. Without a database the writer goes on: jobs are dropped and counted, and
/// `open` is tried now and then. Thread-safe. The destructor commits what is queued.
class GroupCommitWriter {
 public:
  using Open = std::function<base::Result<Db>()>;
  /// Runs on the writer's thread inside the transaction; more than once if the batch is tried
  /// again.
  using Job = std::function<base::Result<void>(Db&)>;

  struct Options {
    std::chrono::milliseconds interval{25};
    std::size_t batch = 256;                ///< jobs in a transaction; so many end the wait
    std::size_t capacity = 16384;           ///< jobs queued at most
    std::chrono::milliseconds patience{5};  ///< how long a producer waits for room
    std::chrono::milliseconds retry_pause{50};
    int attempts = 3;
    std::chrono::milliseconds reopen_after{10000};
  };

  GroupCommitWriter(base::Result<Db> db, Open open, Options options);
  GroupCommitWriter(const GroupCommitWriter&) = delete;
  GroupCommitWriter& operator=(const GroupCommitWriter&) = delete;
  ~GroupCommitWriter();

  /// False if there was no room in time: the job is dropped and counted.
  bool enqueue(Job job);
  /// Waits until all that was enqueued before is committed or given up. Timeout if the deadline
  /// passes first; the writer's error where there is no working database.
  base::Result<void> flush(base::Deadline deadline);

  /// Jobs lost since the start, for whatever reason.
  [[nodiscard]] std::uint64_t dropped() const;
  /// The last failure; nothing once a batch went through again.
  [[nodiscard]] std::optional<base::Error> last_error() const;

 private:
  void work();
  bool wait_for_batch(std::vector<Job>& batch);
  void write(const std::vector<Job>& batch);
  base::Result<void> attempt(const std::vector<Job>& batch, std::uint64_t& refused);
  void reopen_if_due();
  void note_failure(const base::Error& error);
  bool pause(std::chrono::milliseconds time);

  const Open open_;
  const Options options_;
  // The writer thread's alone, once it runs.
  std::optional<Db> db_;
  std::optional<base::Steady::time_point> last_open_;
  std::optional<base::Steady::time_point> last_log_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;  // for the writer
  std::condition_variable room_;  // for producers
  std::condition_variable done_;  // for flush()
  std::deque<Job> queue_;
  base::Steady::time_point oldest_;  // no job of queue_ came before
  std::uint64_t enqueued_ = 0;
  std::uint64_t finished_ = 0;
  std::uint64_t flush_to_ = 0;  // write at once up to here
  std::uint64_t dropped_ = 0;
  std::optional<base::Error> last_error_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace ecrelay::db
