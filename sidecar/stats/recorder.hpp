#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "db/group_commit_writer.hpp"
#include "stats/image_content.hpp"
#include "stats/job.hpp"
#include "stats/request_event.hpp"
#include "stats/totals.hpp"

namespace ecrelay::stats {

/// Writes stats.db: the one writer of a state directory. The calls only enqueue (some
/// microseconds); a writer thread commits within 50 ms, so a kill -9 loses no request that ended
/// 100 ms before, and the destructor commits what is left. Never fails: without a working database
/// it counts on in memory, and problem() says what is lost. Thread-safe. `clock` is borrowed.
class Recorder {
 public:
  /// A corrupt stats.db is set aside and begun anew; one of a newer version is left alone.
  static std::unique_ptr<Recorder> open(const base::Path& state_dir, const base::Clock& clock);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The id of the request's row, for amend().
  std::int64_t record(RequestEvent event);
  /// Brings a row up to date, also one that is still queued.
  void amend(std::int64_t id, Amendment amendment);
  /// A job that is there keeps its start and what `job` does not know.
  void upsert_job(Job job);
  /// What a manifest holds. Call it before the manifest goes out; again costs a look-up.
  void note_image(ImageContent content);
  /// Bytes that a prefetch brought without a client's request. The report tells those of blobs that
  /// the job never asked for.
  void note_prefetch(std::string job_id, std::string digest, std::uint64_t bytes_fetched);

  /// Waits until all of the above is on disk.
  base::Result<void> flush(base::Deadline deadline);

  /// Counted in memory since the start, whatever became of the database.
  [[nodiscard]] Totals totals(std::string_view job_id) const;
  [[nodiscard]] Totals totals() const;
  /// Rows that could not be written.
  [[nodiscard]] std::uint64_t dropped() const { return writer_->dropped(); }
  /// What is lost and why, in words for a person; nothing if all is well.
  [[nodiscard]] std::optional<std::string> problem() const;

 private:
  /// Enough of a recent row to correct the totals when it is amended.
  struct Recent {
    Totals* totals;
    Outcome outcome;
    std::uint64_t bytes_fetched;
  };

  Recorder(const base::Path& state_dir, const base::Clock& clock);
  base::Result<db::Db> open_database();
  void set_first_id(base::Result<db::Db>& database);
  void correct_totals(std::int64_t id, const Amendment& amendment);

  const base::Path path_;
  const base::Clock& clock_;

  mutable std::mutex mutex_;
  std::int64_t next_id_ = 1;
  std::unordered_map<std::string, Totals> totals_;  // by job; nodes stay where they are
  std::deque<Recent> recent_;                       // the last ids, up to next_id_ - 1
  std::unordered_set<std::string> noted_;           // manifests
  std::string set_aside_;                           // where a corrupt file went

  std::unique_ptr<db::GroupCommitWriter> writer_;  // last: its thread uses the members above
};

}  // namespace ecrelay::stats
