#include "db/group_commit_writer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

base::Deadline soon() {
  return base::Deadline::after(seconds(10));
}

GroupCommitWriter::Job insert(int value) {
  return [value](Db& db) -> base::Result<void> {
    ECRELAY_TRY(auto* statement, db.cached("INSERT INTO item VALUES(?)"));
    return statement->bind(1, std::int64_t{value}).run();
  };
}

/// Holds the writer's thread inside a job until it is opened.
class Gate {
 public:
  GroupCommitWriter::Job job() {
    return [this](Db&) -> base::Result<void> {
      std::unique_lock lock(mutex_);
      entered_ = true;
      changed_.notify_all();
      changed_.wait_for(lock, seconds(10), [&] { return open_; });
      return {};
    };
  }
  void wait_until_entered() {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, seconds(10), [&] { return entered_; }));
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
  bool open_ = false;
};

class GroupCommitWriterTest : public testing::Test {
 protected:
  base::Result<Db> open_database() {
    ECRELAY_TRY(auto db, Db::open(path_, Access::ReadWrite));
    ECRELAY_TRY_VOID(db.exec("CREATE TABLE IF NOT EXISTS item(x INTEGER UNIQUE) STRICT"));
    return db;
  }
  std::unique_ptr<GroupCommitWriter> writer(const GroupCommitWriter::Options& options = {}) {
    return std::make_unique<GroupCommitWriter>(
        open_database(), [this] { return open_database(); }, options);
  }
  std::int64_t rows() {
    auto db = Db::open(path_, Access::ReadOnly);
    EXPECT_TRUE(db.ok());
    return db->integer("SELECT count(*) FROM item")->value_or(-1);
  }

  support::TempFolder folder_;
  base::Path path_ = folder_.path() / "a.db";
};

TEST_F(GroupCommitWriterTest, WritesInTheOrderOfEnqueueing) {
  const auto writer = this->writer();

  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(writer->enqueue(insert(i)));
  }
  ASSERT_TRUE(writer->flush(soon()).ok());

  auto db = Db::open(path_, Access::ReadOnly);
  EXPECT_EQ(**db->integer("SELECT count(*) FROM item WHERE x = rowid - 1"), 1000);
}

TEST_F(GroupCommitWriterTest, CommitsByItselfWithinTheInterval) {
  const auto writer = this->writer();
  auto reader = Db::open(path_, Access::ReadOnly);
  ASSERT_TRUE(reader.ok());

  writer->enqueue(insert(1));

  const auto deadline = soon();
  while (*reader->integer("SELECT count(*) FROM item") != 1 && !deadline.passed()) {
    std::this_thread::yield();
  }
  EXPECT_EQ(**reader->integer("SELECT count(*) FROM item"), 1);
}

TEST_F(GroupCommitWriterTest, CommitsWhatIsQueuedWhenItGoes) {
  auto writer = this->writer({.interval = seconds(60)});
  for (int i = 0; i < 100; ++i) {
    writer->enqueue(insert(i));
  }

  writer.reset();

  EXPECT_EQ(rows(), 100);
}

TEST_F(GroupCommitWriterTest, ManyProducersLoseNothing) {
  const auto writer = this->writer();
  std::vector<std::thread> producers;

  for (int p = 0; p < 8; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < 500; ++i) {
        writer->enqueue(insert(p * 1000 + i));
      }
    });
  }
  for (auto& producer : producers) {
    producer.join();
  }

  ASSERT_TRUE(writer->flush(soon()).ok());
  EXPECT_EQ(rows(), 4000);
  EXPECT_EQ(writer->dropped(), 0U);
}

TEST_F(GroupCommitWriterTest, DropsAndCountsBeyondItsCapacity) {
  Gate gate;
  const auto writer =
      this->writer({.interval = milliseconds(1), .capacity = 10, .patience = milliseconds(1)});
  writer->enqueue(gate.job());
  gate.wait_until_entered();

  int accepted = 0;
  for (int i = 0; i < 15; ++i) {
    accepted += writer->enqueue(insert(i)) ? 1 : 0;
  }
  gate.open();

  EXPECT_EQ(accepted, 10);
  EXPECT_EQ(writer->dropped(), 5U);
  EXPECT_TRUE(writer->flush(soon()).ok());
  EXPECT_EQ(rows(), 10);
}

TEST_F(GroupCommitWriterTest, FlushEndsAtItsDeadline) {
  Gate gate;
  const auto writer = this->writer();
  writer->enqueue(gate.job());
  gate.wait_until_entered();

  const auto flushed = writer->flush(base::Deadline::after(milliseconds(5)));
  gate.open();

  ASSERT_FALSE(flushed.ok());
  EXPECT_EQ(flushed.error().code, base::ErrorCode::Timeout);
}

TEST_F(GroupCommitWriterTest, AJobThatFailsTakesNoOtherWithIt) {
  const auto writer = this->writer();

  writer->enqueue(insert(1));
  writer->enqueue(insert(1));
  writer->enqueue(insert(2));
  const auto flushed = writer->flush(soon());

  EXPECT_FALSE(flushed.ok());
  EXPECT_EQ(rows(), 2);
  EXPECT_EQ(writer->dropped(), 1U);
}

TEST_F(GroupCommitWriterTest, TriesABatchAgain) {
  const auto writer = this->writer({.retry_pause = milliseconds(1)});
  std::atomic<int> attempts = 0;

  writer->enqueue(insert(1));
  writer->enqueue([&](Db&) -> base::Result<void> {
    if (++attempts < 3) {
      return base::Error{base::ErrorCode::NoSpace, "full"};
    }
    return {};
  });

  EXPECT_TRUE(writer->flush(soon()).ok());
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(writer->dropped(), 0U);
  EXPECT_FALSE(writer->last_error().has_value());
}

TEST_F(GroupCommitWriterTest, GivesABatchUpAndGoesOn) {
  const auto writer = this->writer({.retry_pause = milliseconds(1)});

  writer->enqueue([](Db&) -> base::Result<void> {
    return base::Error{base::ErrorCode::NoSpace, "full"};
  });
  const auto first = writer->flush(soon());
  writer->enqueue(insert(1));
  const auto second = writer->flush(soon());

  EXPECT_EQ(first.error().code, base::ErrorCode::NoSpace);
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(writer->dropped(), 1U);
  EXPECT_EQ(rows(), 1);
}

TEST_F(GroupCommitWriterTest, OpensAnewWhenTheFileIsCorrupt) {
  const auto writer = this->writer();
  std::atomic<int> attempts = 0;

  writer->enqueue([&](Db&) -> base::Result<void> {
    if (++attempts == 1) {
      path_ = folder_.path() / "b.db";
      return base::Error{base::ErrorCode::Corrupt, "malformed"};
    }
    return {};
  });
  writer->enqueue(insert(1));

  EXPECT_TRUE(writer->flush(soon()).ok());
  EXPECT_EQ(path_.filename(), "b.db");
  EXPECT_EQ(rows(), 1);
}

TEST_F(GroupCommitWriterTest, WorksWithoutADatabaseAndTakesOneUpLater) {
  std::atomic<bool> works = false;
  const base::Error broken{base::ErrorCode::PermissionDenied, "read-only"};
  GroupCommitWriter writer(broken,
                           [&]() -> base::Result<Db> {
                             if (!works) {
                               return broken;
                             }
                             return open_database();
                           },
                           {.interval = milliseconds(1), .reopen_after = milliseconds(0)});

  writer.enqueue(insert(1));
  const auto without = writer.flush(soon());
  works = true;
  writer.enqueue(insert(2));
  const auto with = writer.flush(soon());

  EXPECT_EQ(without.error().code, base::ErrorCode::PermissionDenied);
  EXPECT_TRUE(with.ok());
  EXPECT_EQ(writer.dropped(), 1U);
  EXPECT_EQ(rows(), 1);
}

}  // namespace
}  // namespace ecrelay::db
