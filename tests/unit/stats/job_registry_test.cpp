#include "stats/job_registry.hpp"

#include <gtest/gtest.h>

#include <string>

#include "recorded_jobs.hpp"
#include "stats/queries.hpp"

namespace ecrelay::stats {
namespace {

class JobRegistryTest : public RecordedJobs {
 protected:
  static Job named(std::string id) {
    Job job;
    job.id = std::move(id);
    return job;
  }
  JobRegistry registry_{*recorder_, clock_};
};

TEST_F(JobRegistryTest, OpensAndCloses) {
  const auto opened = registry_.open(named("a"));
  const auto closed = registry_.close("a", JobStatus::Success);

  ASSERT_TRUE(opened.ok() && closed.ok());
  EXPECT_GT(opened->started_at, 0);
  EXPECT_EQ(opened->status, JobStatus::Open);
  EXPECT_EQ(closed->status, JobStatus::Success);
  EXPECT_GE(*closed->ended_at, opened->started_at);
  EXPECT_TRUE(registry_.open_jobs().empty());
  auto db = database();
  EXPECT_EQ(find_job(db, "a")->status, JobStatus::Success);
}

TEST_F(JobRegistryTest, MakesAnIdWhereThereIsNone) {
  Job job;
  job.provider = "jenkins";
  job.run = "42";

  const auto opened = registry_.open(job);

  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->id, job_id_of(job));
  EXPECT_EQ(registry_.open(named("Not An Id")).error().code, base::ErrorCode::InvalidArgument);
}

TEST_F(JobRegistryTest, OpeningAgainGoesOnWithTheRow) {
  auto job = named("a");
  job.started_at = 100;
  ASSERT_TRUE(registry_.open(job).ok());
  ASSERT_TRUE(registry_.close("a", JobStatus::Failure).ok());

  const auto again = registry_.open(named("a"));

  EXPECT_EQ(again->started_at, 100);
  EXPECT_EQ(again->status, JobStatus::Open);
  EXPECT_FALSE(again->ended_at.has_value());
}

TEST_F(JobRegistryTest, OpeningAgainInANewProcessGoesOnWithTheRow) {
  auto job = named("a");
  job.started_at = 100;
  job.project = "octo/app";
  ASSERT_TRUE(registry_.open(job).ok());
  reopen();
  JobRegistry second(*recorder_, clock_);

  ASSERT_TRUE(second.open(named("a")).ok());

  auto db = database();
  const auto found = find_job(db, "a");
  EXPECT_EQ(found->started_at, 100);
  EXPECT_EQ(found->project, "octo/app");
  EXPECT_EQ(list_jobs(db, 10)->size(), 1U);
}

TEST_F(JobRegistryTest, AnUnknownJobIsTheDefaultOne) {
  EXPECT_EQ(registry_.resolve("whatever"), "");
  ASSERT_TRUE(registry_.open_default(named("main")).ok());
  ASSERT_TRUE(registry_.open(named("other")).ok());

  EXPECT_EQ(registry_.resolve("other"), "other");
  EXPECT_EQ(registry_.resolve("unknown"), "main");
  EXPECT_EQ(registry_.resolve(""), "main");
}

TEST_F(JobRegistryTest, CurrentIsTheOpenJobThatWasOpenedLast) {
  EXPECT_FALSE(registry_.current().has_value());
  ASSERT_TRUE(registry_.open_default(named("main")).ok());
  ASSERT_TRUE(registry_.open(named("second")).ok());
  EXPECT_EQ(registry_.current()->id, "second");

  ASSERT_TRUE(registry_.close("second", JobStatus::Success).ok());

  EXPECT_EQ(registry_.current()->id, "main");
  registry_.close_all(JobStatus::Unknown);
  EXPECT_FALSE(registry_.current().has_value());
  EXPECT_EQ(registry_.find("main")->status, JobStatus::Unknown);
}

TEST_F(JobRegistryTest, ClosingAnUnknownJobIsNotFound) {
  EXPECT_EQ(registry_.close("nobody", JobStatus::Success).error().code, base::ErrorCode::NotFound);
}

}  // namespace
}  // namespace ecrelay::stats
