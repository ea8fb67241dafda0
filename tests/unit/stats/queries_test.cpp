#include "stats/queries.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fixture_database.hpp"

namespace ecrelay::stats {
namespace {

class QueriesTest : public testing::Test {
 protected:
  std::vector<std::string> keys(GroupBy group, std::int64_t since = 0) {
    std::vector<std::string> result;
    const auto rows = history(database_, since, group);
    EXPECT_TRUE(rows.ok());
    for (const auto& row : *rows) {
      result.push_back(row.key);
    }
    return result;
  }
  FixtureDatabase fixture_{"v1"};
  db::Db database_ = fixture_.migrated();
};

using Keys = std::vector<std::string>;

TEST_F(QueriesTest, ListsJobsNewestFirst) {
  const auto jobs = list_jobs(database_, 10);

  ASSERT_TRUE(jobs.ok());
  ASSERT_EQ(jobs->size(), 2U);
  EXPECT_EQ(jobs->at(0).id, kFixtureJob);
  EXPECT_EQ(jobs->at(0).commit_sha, "abc123");
  EXPECT_EQ(jobs->at(0).status, JobStatus::Success);
  EXPECT_TRUE(jobs->at(0).ended_at.has_value());
  EXPECT_EQ(jobs->at(1).project, "");
  EXPECT_EQ(list_jobs(database_, 1)->size(), 1U);
}

TEST_F(QueriesTest, FindsAJobByIdCurrentAndLast) {
  EXPECT_EQ(find_job(database_, "local-older")->provider, "local");
  EXPECT_EQ(find_job(database_, "current")->id, "local-older");
  EXPECT_EQ(find_job(database_, "last")->id, kFixtureJob);
  EXPECT_EQ(find_job(database_, "nobody").error().code, base::ErrorCode::NotFound);
}

TEST_F(QueriesTest, GroupsByEveryKey) {
  EXPECT_EQ(keys(GroupBy::Job), (Keys{std::string(kFixtureJob), "local-older"}));
  EXPECT_EQ(keys(GroupBy::Registry), (Keys{"docker.io", "ghcr.io", "quay.io"}));
  EXPECT_EQ(keys(GroupBy::Repository),
            (Keys{"docker.io/library/node", "ghcr.io/x/y", "quay.io/org/tool"}));
  EXPECT_EQ(keys(GroupBy::Image),
            (Keys{"docker.io/library/node:20", "", "quay.io/org/tool:latest"}));
  EXPECT_EQ(keys(GroupBy::Outcome),
            (Keys{"hit", "revalidated", "joined", "miss", "stale", "declined", "error"}));
  EXPECT_EQ(keys(GroupBy::Day), (Keys{"2025-11-23", "2025-11-24"}));
}

TEST_F(QueriesTest, TheGroupsOfEveryKeyAddUpToTheSame) {
  for (const auto group : {GroupBy::Job, GroupBy::Repository, GroupBy::Image, GroupBy::Registry,
                           GroupBy::Outcome, GroupBy::Day}) {
    Totals sum;
    const auto rows = history(database_, 0, group);
    for (const auto& row : *rows) {
      sum += row.totals;
    }
    EXPECT_EQ(sum.requests(), 10U) << to_string(group);
    EXPECT_EQ(sum.bytes_fetched, 5002920U) << to_string(group);
  }
}

TEST_F(QueriesTest, LeavesOutWhatIsOlder) {
  EXPECT_EQ(keys(GroupBy::Job, 1764000000000000), Keys{std::string(kFixtureJob)});
  EXPECT_TRUE(keys(GroupBy::Job, 1864000000000000).empty());
}

TEST(GroupByWord, LeadsBackToItsValue) {
  for (const auto* word : {"job", "repository", "image", "registry", "outcome", "day"}) {
    ASSERT_TRUE(parse_group_by(word).ok()) << word;
    EXPECT_EQ(to_string(*parse_group_by(word)), word);
  }
  EXPECT_EQ(parse_group_by("week").error().code, base::ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace ecrelay::stats
