#include "stats/recorder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/file_ops.hpp"
#include "db/db.hpp"
#include "recorded_jobs.hpp"
#include "stats/schema.hpp"

namespace ecrelay::stats {
namespace {

using RecorderTest = RecordedJobs;

TEST_F(RecorderTest, WritesEveryColumn) {
  auto event = blob("layer1", Outcome::Miss, 100, 40);
  event.origin = Origin::Ecr;
  event.ecr_cache = EcrCache::Import;
  event.reason = Reason::Cold;
  event.detail = "said so";
  event.duration_us = 1200;
  event.first_byte_us = 300;
  event.client = "containerd/1.7";

  record(event);

  auto db = database();
  EXPECT_EQ(
      *db.text("SELECT concat FROM (SELECT job_id || ' ' || kind || ' ' || registry || ' ' || "
               "repository || ' ' || method || ' ' || status || ' ' || outcome || ' ' || "
               "origin || ' ' || ecr_cache || ' ' || reason || ' ' || detail || ' ' || "
               "bytes_served || ' ' || bytes_fetched || ' ' || duration_us || ' ' || "
               "first_byte_us || ' ' || client AS concat FROM request)"),
      "j1 blob docker.io library/node GET 200 miss ecr import cold said so 100 40 1200 300 "
      "containerd/1.7");
  EXPECT_EQ(*db.text("SELECT reference FROM request"), digest_of("layer1"));
  EXPECT_EQ(**db.integer("SELECT at FROM request"), now_);
}

TEST_F(RecorderTest, WhatIsNotKnownIsNull) {
  record(manifest("20", "", Outcome::Declined));

  auto db = database();
  EXPECT_EQ(**db.integer("SELECT count(*) FROM request WHERE digest IS NULL AND origin IS NULL AND "
                         "ecr_cache IS NULL AND reason IS NULL AND detail IS NULL"),
            1);
}

TEST_F(RecorderTest, AmendsARowThatIsStillQueued) {
  const auto id = record(blob("layer1", Outcome::Miss, 100, 10));

  recorder_->amend(id, {.bytes_fetched = 100, .detail = "resumed"});
  recorder_->amend(
      id,
      {.ecr_cache = EcrCache::Hit, .outcome = Outcome::Error, .reason = Reason::UpstreamDenied});

  auto db = database();
  EXPECT_EQ(*db.text("SELECT bytes_fetched || ' ' || outcome || ' ' || ecr_cache || ' ' || reason "
                     "|| ' ' || detail FROM request"),
            "100 error hit upstream-denied resumed");
}

TEST_F(RecorderTest, TotalsInMemoryFollowAmendments) {
  const auto first = record(blob("layer1", Outcome::Miss, 100, 10));
  record(blob("layer2", Outcome::Hit, 50, 0));

  recorder_->amend(first, {.bytes_fetched = 100, .outcome = Outcome::Joined});

  const auto totals = recorder_->totals("j1");
  EXPECT_EQ(totals.of(Outcome::Miss), 0U);
  EXPECT_EQ(totals.of(Outcome::Joined), 1U);
  EXPECT_EQ(totals.requests(), 2U);
  EXPECT_EQ(totals.bytes_fetched, 100U);
  EXPECT_EQ(totals.bytes_served, 150U);
  EXPECT_EQ(recorder_->totals().requests(), 2U);
  EXPECT_EQ(recorder_->totals("other").requests(), 0U);
}

TEST_F(RecorderTest, IdsGoOnAfterARestart) {
  const auto before = record(blob("layer1", Outcome::Miss, 1, 1));
  reopen();

  const auto after = record(blob("layer1", Outcome::Hit, 1, 0));
  recorder_->amend(before, {.bytes_fetched = 7});

  EXPECT_EQ(after, before + 1);
  auto db = database();
  EXPECT_EQ(*db.text("SELECT group_concat(id || ':' || bytes_fetched) FROM request"), "1:7,2:0");
}

TEST_F(RecorderTest, EightThreadsLoseNothing) {
  std::vector<std::thread> threads;

  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1250; ++i) {
        auto event = blob("layer" + std::to_string(i % 5), Outcome::Hit, 10, 0);
        event.at = i;
        const auto id = recorder_->record(event);
        if (i % 5 == 0) {
          recorder_->amend(id, {.bytes_fetched = 3});
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  auto db = database();
  EXPECT_EQ(**db.integer("SELECT count(*) FROM request"), 10000);
  EXPECT_EQ(**db.integer("SELECT sum(bytes_fetched) FROM request"), 6000);
  EXPECT_EQ(recorder_->dropped(), 0U);
  EXPECT_FALSE(recorder_->problem().has_value());
  EXPECT_EQ(recorder_->totals("j1").bytes_fetched, 6000U);
}

TEST_F(RecorderTest, AJobKeepsItsStartAndWhatIsNotKnownAnew) {
  Job first;
  first.id = "j1";
  first.project = "octo/app";
  first.started_at = 100;
  recorder_->upsert_job(first);
  Job again;
  again.id = "j1";
  again.name = "build";
  again.started_at = 200;
  again.ended_at = 300;
  again.status = JobStatus::Success;

  recorder_->upsert_job(again);

  auto db = database();
  EXPECT_EQ(*db.text("SELECT project || ' ' || name || ' ' || started_at || ' ' || ended_at || ' ' "
                     "|| status FROM job"),
            "octo/app build 100 300 success");
}

TEST_F(RecorderTest, CountsWhatAPrefetchBroughtInVain) {
  Job job;
  job.id = "j1";
  recorder_->upsert_job(job);
  recorder_->note_prefetch("j1", digest_of("asked"), 10);
  recorder_->note_prefetch("j1", digest_of("unused"), 20);
  recorder_->note_prefetch("j1", digest_of("unused"), 5);

  record(blob("asked", Outcome::Miss, 10, 10));

  EXPECT_EQ(**database().integer("SELECT bytes_prefetched_unused FROM job_summary"), 25);
}

TEST(Recorder, SetsACorruptDatabaseAsideAndSaysSo) {
  const base::SystemClock clock;
  const support::TempFolder folder;
  ASSERT_TRUE(base::write_file(database_path(folder.path()), std::string(9000, 'x')).ok());

  const auto recorder = Recorder::open(folder.path(), clock);
  recorder->record(blob("layer1", Outcome::Hit, 1, 0));

  EXPECT_TRUE(recorder->flush(soon()).ok());
  ASSERT_TRUE(recorder->problem().has_value());
  EXPECT_NE(recorder->problem()->find("stats.db.corrupt-"), std::string::npos);
  auto db = open_for_reading(folder.path());
  EXPECT_EQ(**db->integer("SELECT count(*) FROM request"), 1);
}

TEST(Recorder, LeavesANewerDatabaseAloneAndCountsInMemory) {
  const base::SystemClock clock;
  const support::TempFolder folder;
  { Recorder::open(folder.path(), clock); }
  {
    auto db = db::Db::open(database_path(folder.path()), db::Access::ReadWrite);
    ASSERT_TRUE(db->exec("PRAGMA user_version=99").ok());
  }
  const auto before = *base::read_file(database_path(folder.path()));

  {
    const auto recorder = Recorder::open(folder.path(), clock);
    recorder->record(blob("layer1", Outcome::Hit, 1, 0));

    EXPECT_FALSE(recorder->flush(soon()).ok());
    EXPECT_EQ(recorder->totals("j1").of(Outcome::Hit), 1U);
    EXPECT_EQ(recorder->dropped(), 1U);
    ASSERT_TRUE(recorder->problem().has_value());
    EXPECT_NE(recorder->problem()->find("newer"), std::string::npos);
  }
  EXPECT_TRUE(*base::read_file(database_path(folder.path())) == before);
}

TEST(Recorder, WorksInMemoryWhereTheFolderCannotBeMade) {
  const base::SystemClock clock;
  const support::TempFolder folder;
  ASSERT_TRUE(base::write_file(folder.path() / "file", "").ok());

  const auto recorder = Recorder::open(folder.path() / "file" / "state", clock);
  const auto id = recorder->record(blob("layer1", Outcome::Miss, 10, 0));
  recorder->amend(id, {.bytes_fetched = 10});

  EXPECT_FALSE(recorder->flush(soon()).ok());
  EXPECT_EQ(recorder->totals("j1").bytes_fetched, 10U);
  EXPECT_TRUE(recorder->problem().has_value());
}

TEST(Recorder, CommitsWhatIsLeftWhenItGoes) {
  const base::SystemClock clock;
  const support::TempFolder folder;
  auto recorder = Recorder::open(folder.path(), clock);
  recorder->record(blob("layer1", Outcome::Hit, 1, 0));

  recorder.reset();

  EXPECT_EQ(**open_for_reading(folder.path())->integer("SELECT count(*) FROM request"), 1);
}

}  // namespace
}  // namespace ecrelay::stats
