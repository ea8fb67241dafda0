#include "db/group_commit_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "db/transaction.hpp"

namespace ecrelay::db {
namespace {

/// Failures of the database rather than of the one job: the whole batch has to be written again.
bool concerns_database(const base::Error& error) {
  return error.code != base::ErrorCode::InvalidArgument &&
         error.code != base::ErrorCode::Internal && error.code != base::ErrorCode::NotFound;
}

}  // namespace

GroupCommitWriter::GroupCommitWriter(base::Result<Db> db, Open open, Options options)
    : open_(std::move(open)), options_(options) {
  if (db.ok()) {
    db_.emplace(std::move(db).value());
  } else {
    last_open_ = base::Steady::now();
    last_error_ = db.error();
  }
  thread_ = std::thread([this] { work(); });
}

GroupCommitWriter::~GroupCommitWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool GroupCommitWriter::enqueue(Job job) {
  std::unique_lock lock(mutex_);
  const auto has_room = [&] { return queue_.size() < options_.capacity; };
  if (!has_room() && !room_.wait_for(lock, options_.patience, has_room)) {
    ++dropped_;
    return false;
  }
  if (queue_.empty()) {
    oldest_ = base::Steady::now();
  }
  queue_.push_back(std::move(job));
  ++enqueued_;
  const bool wake = queue_.size() == 1 || queue_.size() == options_.batch;
  lock.unlock();
  if (wake) {
    wake_.notify_one();
  }
  return true;
}

base::Result<void> GroupCommitWriter::flush(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto target = enqueued_;
  flush_to_ = target;
  wake_.notify_one();
  if (!done_.wait_until(lock, deadline.when(), [&] { return finished_ >= target; })) {
    return base::Error{base::ErrorCode::Timeout, "writing to the database took too long"};
  }
  if (last_error_) {
    return *last_error_;
  }
  return {};
}

std::uint64_t GroupCommitWriter::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::optional<base::Error> GroupCommitWriter::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

bool GroupCommitWriter::wait_for_batch(std::vector<Job>& batch) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  wake_.wait_until(lock, oldest_ + options_.interval, [&] {
    return stopping_ || queue_.size() >= options_.batch || flush_to_ > finished_;
  });
  // No more than a batch, so that producers that wait for room get some every few milliseconds.
  const auto end =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(options_.batch, queue_.size()));
  batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  room_.notify_all();
  return !batch.empty();
}

void GroupCommitWriter::work() {
  std::vector<Job> batch;
  while (wait_for_batch(batch)) {
    try {
      write(batch);
    } catch (const std::exception& error) {
      note_failure({base::ErrorCode::Internal, error.what()});
      const std::lock_guard lock(mutex_);
      dropped_ += batch.size();
    }
    {
      const std::lock_guard lock(mutex_);
      finished_ += batch.size();
    }
    done_.notify_all();
  }
}

void GroupCommitWriter::write(const std::vector<Job>& batch) {
  std::uint64_t lost = batch.size();
  for (int n = 1; n <= options_.attempts; ++n) {
    reopen_if_due();
    if (!db_) {
      break;
    }
    std::uint64_t refused = 0;
    const auto written = attempt(batch, refused);
    if (written.ok()) {
      lost = refused;
      break;
    }
    note_failure(written.error());
    if (written.error().code == base::ErrorCode::Corrupt) {
      db_.reset();
    } else if (n < options_.attempts && !pause(options_.retry_pause * n)) {
      break;
    }
  }
  const std::lock_guard lock(mutex_);
  dropped_ += lost;
  if (lost == 0) {
    last_error_.reset();
  }
}

base::Result<void> GroupCommitWriter::attempt(const std::vector<Job>& batch,
                                              std::uint64_t& refused) {
  ECRELAY_TRY(auto transaction, Transaction::begin(*db_));
  for (const auto& job : batch) {
    if (auto result = job(*db_); !result.ok()) {
      if (concerns_database(result.error()) || !db_->in_transaction()) {
        return result.error();
      }
      ++refused;
      note_failure(result.error());
    }
  }
  return transaction.commit();
}

void GroupCommitWriter::reopen_if_due() {
  const auto now = base::Steady::now();
  if (db_ || (last_open_ && now - *last_open_ < options_.reopen_after)) {
    return;
  }
  last_open_ = now;
  if (auto db = open_(); db.ok()) {
    db_.emplace(std::move(db).value());
  } else {
    note_failure(db.error());
  }
}

void GroupCommitWriter::note_failure(const base::Error& error) {
  {
    const std::lock_guard lock(mutex_);
    last_error_ = error;
  }
  const auto now = base::Steady::now();
  constexpr std::chrono::minutes kQuiet{1};
  if (!last_log_ || now - *last_log_ >= kQuiet) {
    last_log_ = now;
    base::log_warn("cannot write to the database", {{"why", error.message}});
  }
}

bool GroupCommitWriter::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [&] { return stopping_; });
}

}  // namespace ecrelay::db
