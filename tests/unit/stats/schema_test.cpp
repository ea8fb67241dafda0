#include "stats/schema.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fixture_database.hpp"

namespace ecrelay::stats {
namespace {

constexpr const char* kWholeSchema =
    "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema ORDER BY name)";

std::string fresh_schema() {
  const support::TempFolder folder;
  { Recorder::open(folder.path(), base::SystemClock()); }
  return *open_for_reading(folder.path())->text(kWholeSchema);
}

class ReleasedSchema : public testing::TestWithParam<const char*> {};

TEST_P(ReleasedSchema, IsBroughtUpToDateWithItsRows) {
  FixtureDatabase fixture(GetParam());

  auto database = fixture.migrated();

  EXPECT_EQ(*database.text(kWholeSchema), fresh_schema());
  EXPECT_EQ(**database.integer("SELECT count(*) FROM request"), 10);
  EXPECT_EQ(**database.integer("SELECT count(*) FROM job"), 2);
}

// One per released version; the file is frozen, so that an edited step shows up here.
INSTANTIATE_TEST_SUITE_P(Versions, ReleasedSchema, testing::Values("v1"));

TEST(Schema, HasTheTablesOfTheContract) {
  FixtureDatabase fixture("v1");
  auto database = fixture.migrated();

  EXPECT_TRUE(database
                  .exec("SELECT id, provider, server, project, pipeline, run, attempt, name, key, "
                        "ref, commit_sha, url, runner, started_at, ended_at, status FROM job")
                  .ok());
  EXPECT_TRUE(database
                  .exec("SELECT id, job_id, at, kind, registry, repository, reference, digest, "
                        "method, status, outcome, origin, ecr_cache, reason, detail, bytes_served, "
                        "bytes_fetched, duration_us, first_byte_us, client FROM request")
                  .ok());
  EXPECT_EQ(**database.integer("SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND "
                               "NOT strict AND name NOT LIKE 'sqlite%'"),
            0);
}

TEST(Schema, RefusesAWordThatIsNotOne) {
  const support::TempFolder folder;
  { Recorder::open(folder.path(), base::SystemClock()); }
  auto database = db::Db::open(database_path(folder.path()), db::Access::ReadWrite);

  const auto insert = [&](const std::string& kind, const std::string& outcome) {
    return database->exec(
        "INSERT INTO request(job_id, at, kind, registry, repository, reference, method, status, "
        "outcome, bytes_served, bytes_fetched, duration_us, first_byte_us) VALUES('j', 1, '" +
        kind + "', 'r', 'n', 't', 'GET', 200, '" + outcome + "', 0, 0, 0, 0)");
  };

  for (const auto outcome : Words<Outcome>::kTable) {
    EXPECT_TRUE(insert("blob", std::string(outcome)).ok()) << outcome;
  }
  for (const auto kind : Words<Kind>::kTable) {
    EXPECT_TRUE(insert(std::string(kind), "hit").ok()) << kind;
  }
  EXPECT_FALSE(insert("blob", "warm").ok());
  EXPECT_FALSE(insert("layer", "hit").ok());
}

TEST(Schema, NothingToReadIsNotFound) {
  const support::TempFolder folder;

  EXPECT_EQ(open_for_reading(folder.path()).error().code, base::ErrorCode::NotFound);
}

}  // namespace
}  // namespace ecrelay::stats
