#include "stats/recorder.hpp"

#include <utility>

#include "base/log.hpp"
#include "stats/rows.hpp"
#include "stats/schema.hpp"

namespace ecrelay::stats {
namespace {

constexpr std::size_t kRecent = 16384;
constexpr std::size_t kNoted = 65536;

}  // namespace

std::unique_ptr<Recorder> Recorder::open(const base::Path& state_dir, const base::Clock& clock) {
  return std::unique_ptr<Recorder>(new Recorder(state_dir, clock));
}

Recorder::Recorder(const base::Path& state_dir, const base::Clock& clock)
    : path_(database_path(state_dir)), clock_(clock) {
  auto database = open_database();
  set_first_id(database);
  if (!database.ok()) {
    base::log_warn("statistics are kept in memory only", {{"why", database.error().message}});
  }
  writer_ = std::make_unique<db::GroupCommitWriter>(
      std::move(database), [this] { return open_database(); }, db::GroupCommitWriter::Options{});
}

base::Result<db::Db> Recorder::open_database() {
  ECRELAY_TRY_VOID(base::make_folders(path_.parent_path()));
  ECRELAY_TRY(auto opened, db::open_or_rebuild(path_, clock_, [](db::Db& database) {
                return db::migrate(database, schema());
              }));
  if (opened.set_aside) {
    const std::lock_guard lock(mutex_);
    set_aside_ = opened.set_aside->string();
  }
  return std::move(opened.db);
}

/// Without a database the time stands in, which is beyond every id that was ever counted up to: the
/// rows stay apart from those already in a file that works again later.
void Recorder::set_first_id(base::Result<db::Db>& database) {
  next_id_ = base::unix_micros(clock_.wall());
  if (!database.ok()) {
    return;
  }
  if (const auto last = database->integer("SELECT max(id) FROM request"); last.ok()) {
    next_id_ = last->value_or(0) + 1;
  }
}

std::int64_t Recorder::record(RequestEvent event) {
  std::int64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
    auto& totals = totals_[event.job_id];
    ++totals.of(event.outcome);
    totals.bytes_served += event.bytes_served;
    totals.bytes_fetched += event.bytes_fetched;
    recent_.push_back({&totals, event.outcome, event.bytes_fetched});
    if (recent_.size() > kRecent) {
      recent_.pop_front();
    }
  }
  writer_->enqueue([id, event = std::move(event)](db::Db& database) {
    return insert_request(database, id, event);
  });
  return id;
}

void Recorder::amend(std::int64_t id, Amendment amendment) {
  correct_totals(id, amendment);
  writer_->enqueue([id, amendment = std::move(amendment)](db::Db& database) {
    return amend_request(database, id, amendment);
  });
}

void Recorder::correct_totals(std::int64_t id, const Amendment& amendment) {
  const std::lock_guard lock(mutex_);
  const auto first = next_id_ - static_cast<std::int64_t>(recent_.size());
  if (id < first || id >= next_id_) {
    return;
  }
  auto& recent = recent_[static_cast<std::size_t>(id - first)];
  if (amendment.outcome) {
    --recent.totals->of(recent.outcome);
    ++recent.totals->of(*amendment.outcome);
    recent.outcome = *amendment.outcome;
  }
  if (amendment.bytes_fetched) {
    recent.totals->bytes_fetched += *amendment.bytes_fetched - recent.bytes_fetched;
    recent.bytes_fetched = *amendment.bytes_fetched;
  }
}

void Recorder::upsert_job(Job job) {
  writer_->enqueue(
      [job = std::move(job)](db::Db& database) { return stats::upsert_job(database, job); });
}

void Recorder::note_image(ImageContent content) {
  {
    const std::lock_guard lock(mutex_);
    if (noted_.size() >= kNoted) {
      noted_.clear();
    }
    if (!noted_.insert(content.manifest).second) {
      return;
    }
  }
  const std::string manifest = content.manifest;
  const bool queued = writer_->enqueue([content = std::move(content)](db::Db& database) {
    return insert_image_content(database, content);
  });
  if (!queued) {
    const std::lock_guard lock(mutex_);
    noted_.erase(manifest);
  }
}

void Recorder::note_prefetch(std::string job_id, std::string digest, std::uint64_t bytes_fetched) {
  writer_->enqueue(
      [job_id = std::move(job_id), digest = std::move(digest), bytes_fetched](db::Db& database) {
        return add_prefetch(database, job_id, digest, bytes_fetched);
      });
}

base::Result<void> Recorder::flush(base::Deadline deadline) {
  return writer_->flush(deadline);
}

Totals Recorder::totals(std::string_view job_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = totals_.find(std::string(job_id));
  return found == totals_.end() ? Totals{} : found->second;
}

Totals Recorder::totals() const {
  const std::lock_guard lock(mutex_);
  Totals sum;
  for (const auto& [job, totals] : totals_) {
    sum += totals;
  }
  return sum;
}

std::optional<std::string> Recorder::problem() const {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (!set_aside_.empty()) {
      text = "stats.db was damaged and begun anew; what it held is in " + set_aside_;
    }
  }
  const auto error = writer_->last_error();
  const auto lost = writer_->dropped();
  if (error || lost > 0) {
    text += text.empty() ? "" : "; ";
    text += std::to_string(lost) + " rows of this session are not in stats.db";
    text += error ? ": " + error->message : std::string();
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace ecrelay::stats
