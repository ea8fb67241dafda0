#include "stats/report.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fixture_database.hpp"
#include "recorded_jobs.hpp"
#include "stats/report_json.hpp"
#include "stats/report_markdown.hpp"
#include "stats/report_table.hpp"

namespace ecrelay::stats {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class ReportTest : public testing::Test {
 protected:
  FixtureDatabase fixture_{"v1"};
  db::Db database_ = fixture_.migrated();
  Report report_ = make_report(database_, kFixtureJob).value();
};

TEST_F(ReportTest, TheSevenOutcomesAreAllRequestsOfTheJob) {
  const auto requests = database_.integer("SELECT count(*) FROM request WHERE job_id = '" +
                                          std::string(kFixtureJob) + "'");

  EXPECT_EQ(static_cast<std::int64_t>(report_.totals.requests()), **requests);
  for (const auto count : report_.totals.outcomes) {
    EXPECT_GT(count, 0U);
  }
}

TEST_F(ReportTest, AgreesWithTheViews) {
  EXPECT_EQ(*database_.text("SELECT requests || ' ' || hit || ' ' || joined || ' ' || bytes_served "
                            "|| ' ' || bytes_fetched || ' ' || bytes_prefetched_unused || ' ' || "
                            "round(hit_ratio, 4) FROM job_summary WHERE id = '" +
                            std::string(kFixtureJob) + "'"),
            "9 1 1 12002700 5002900 4096 0.5");
  EXPECT_EQ(report_.totals.hit_ratio().str(), "50.0 % (4 / 8)");
  EXPECT_EQ(report_.totals.bytes_fetched, 5002900U);
  EXPECT_EQ(report_.bytes_prefetched_unused, 4096U);
}

TEST_F(ReportTest, GroupsMissesByImageAndReason) {
  ASSERT_EQ(report_.misses.size(), 2U);
  EXPECT_EQ(report_.misses[0].reason, Reason::Evicted);
  EXPECT_EQ(report_.misses[0].reference, "20");
  EXPECT_EQ(report_.misses[0].bytes_fetched, 5000000U);
  EXPECT_EQ(report_.misses[1].reason, Reason::Cold);
  EXPECT_EQ(report_.misses[1].count, 2U);
}

TEST_F(ReportTest, TurnsReasonsIntoProblemsWithACure) {
  ASSERT_EQ(report_.problems.size(), 3U);
  EXPECT_EQ(report_.problems[0].what,
            "1 request for docker.io/library/node answered from the store unchecked "
            "(ecr-throttled)");
  EXPECT_EQ(report_.problems[0].why, "ecr-throttled: 429 from ECR");
  EXPECT_TRUE(contains(report_.problems[2].what, "left to the client (no-rule)"));
  EXPECT_TRUE(contains(report_.problems[2].cure, "--rule"));
}

TEST_F(ReportTest, FindsTheReasonThatADetailBeginsWith) {
  const auto older = make_report(database_, "local-older");

  ASSERT_EQ(older->problems.size(), 1U);
  EXPECT_TRUE(contains(older->problems[0].what, "fetched from the upstream registry"));
  EXPECT_TRUE(contains(older->problems[0].cure, "ecr:BatchImportUpstreamImage"));
  EXPECT_EQ(older->totals.byte_hit_ratio().percent(), "-100.0 %");
}

TEST_F(ReportTest, EveryReasonOfTroubleHasACure) {
  for (std::size_t i = 0; i < Words<Reason>::kTable.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    const bool trouble = reason >= Reason::NoRule && reason != Reason::ClientLeft;
    EXPECT_EQ(is_problem(reason), trouble) << word(reason);
    if (trouble) {
      EXPECT_FALSE(problem_of({reason}).cure.empty()) << word(reason);
      EXPECT_FALSE(problem_of({reason}).why.empty()) << word(reason);
    }
  }
}

TEST_F(ReportTest, TableShowsEveryRatioWithItsParts) {
  const auto text = report_table(report_);

  EXPECT_TRUE(text.starts_with("Job github-77-1-build-0a1b2c3d (octo/app, build, success)\n"))
      << text;
  EXPECT_TRUE(contains(text, "Requests:                             9\n")) << text;
  EXPECT_TRUE(contains(text, "  Hits:                           4 / 8  50.0 %\n")) << text;
  EXPECT_TRUE(contains(text, "    joined:                       1 / 8  12.5 %\n")) << text;
  EXPECT_TRUE(contains(text, "  Declined:                       1 / 9  11.1 %\n")) << text;
  EXPECT_TRUE(contains(text, "  Saved:             6.7 MiB / 11.4 MiB  58.3 %\n")) << text;
  EXPECT_TRUE(contains(text, "  docker.io/library/node:20  miss")) << text;
  EXPECT_TRUE(contains(text, "    cure: create a pull-through cache rule")) << text;
}

TEST(ReportTable, HidesZerosButPrintsADashForARatioOfNothing) {
  Report report;
  report.job.id = "j1";

  const auto text = report_table(report);

  EXPECT_TRUE(contains(text, "  Hits:             0 / 0  -\n")) << text;
  EXPECT_TRUE(contains(text, "Saved:")) << text;
  EXPECT_FALSE(contains(text, "Misses")) << text;
  EXPECT_FALSE(contains(text, "joined")) << text;
  EXPECT_FALSE(contains(text, "Images")) << text;
  EXPECT_FALSE(contains(text, "nan")) << text;
}

TEST(ReportTable, MakesForeignTextPrintable) {
  Report report;
  report.images.push_back({"docker.io", "evil\x1b[31m", "1", "", Outcome::Miss, {}});

  EXPECT_FALSE(contains(report_table(report), "\x1b"));
}

TEST_F(ReportTest, MarkdownHasTablesThatHoldTogether) {
  const auto text = report_markdown(report_, "Base images");

  EXPECT_TRUE(text.starts_with("### Base images\n\n")) << text;
  EXPECT_TRUE(contains(text,
                       "| 9 | 50.0 % (4 / 8) | 58.3 % (6.7 MiB / 11.4 MiB) | 11.4 MiB | "
                       "4.8 MiB |\n"))
      << text;
  EXPECT_TRUE(contains(text, "| docker.io/library/node:20 | miss | 0 / 2 |")) << text;
  EXPECT_TRUE(contains(text, "#### Problems")) << text;
  EXPECT_TRUE(report_markdown(report_, "").starts_with("Job "));
}

TEST(ReportMarkdown, EscapesForeignText) {
  Report report;
  report.misses.push_back({"docker.io", "a|b`c", "<img src=x>", Reason::Cold, "x\n| y", 1, 1});

  const auto text = report_markdown(report);

  EXPECT_TRUE(contains(text, "a\\|b\\`c:\\<img src=x\\>")) << text;
  EXPECT_TRUE(contains(text, "x?\\| y")) << text;
}

TEST(ReportMarkdown, CutsLongLists) {
  Report report;
  report.images.resize(5000);

  const auto text = report_markdown(report);

  EXPECT_TRUE(contains(text, "and 4800 more"));
  EXPECT_LT(text.size(), 100'000U);
}

TEST_F(ReportTest, JsonHasTheNamesOfTheContract) {
  const auto json = report_json(report_);

  EXPECT_EQ(json.get("job").get("id").as_string(), std::string(kFixtureJob));
  EXPECT_EQ(json.get("job").get("status").as_string(), "success");
  EXPECT_EQ(json.get("totals").get("requests").as_int(), 9);
  EXPECT_EQ(json.get("totals").get("outcomes").get("miss").as_int(), 3);
  EXPECT_EQ(json.get("totals").get("bytes_prefetched_unused").as_int(), 4096);
  EXPECT_EQ(json.get("totals").get("hit_ratio").dump(), R"({"n":4,"d":8})");
  EXPECT_EQ(json.get("totals").get("byte_hit_ratio").dump(), R"({"n":6999800,"d":12002700})");
  EXPECT_EQ(json.get("misses").items().at(0).dump(),
            R"({"registry":"docker.io","repository":"library/node","reference":"20",)"
            R"("reason":"evicted","detail":null,"count":1,"bytes_fetched":5000000})");
  EXPECT_EQ(json.get("images").items().at(1).dump(),
            R"({"registry":"quay.io","repository":"org/tool","reference":"latest","digest":null,)"
            R"("outcome":"declined","ecr_cache":null,"layers":0,"layers_from_store":0,"bytes":0,)"
            R"("bytes_fetched":0,"duration_us":300})");
  EXPECT_EQ(json.get("problems").items().at(0).members().size(), 3U);
}

TEST(ReportJson, ReadsAJobFromItsColumns) {
  const auto json = Json::parse(R"({"name":"build","key":null,"provider":"jenkins","x":1})");

  const auto job = job_from_json(*json);

  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->name, "build");
  EXPECT_EQ(job->provider, "jenkins");
  EXPECT_FALSE(job_from_json(*Json::parse(R"({"name":7})")).ok());
  EXPECT_FALSE(job_from_json(*Json::parse(R"({"id":"No Id"})")).ok());
}

TEST(Report, WithoutADatabaseHasTotalsAndSaysSo) {
  Job job;
  job.id = "j1";
  Totals totals;
  totals.of(Outcome::Hit) = 2;

  const auto report = make_report_without_database(job, totals, "disk full");

  EXPECT_EQ(report.totals.requests(), 2U);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].why, "disk full");
}

using RecordedReport = RecordedJobs;

TEST_F(RecordedReport, ReadsWhatTheRecorderWrote) {
  Job job;
  job.id = "j1";
  recorder_->upsert_job(job);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    for (std::size_t n = 0; n <= i; ++n) {
      record(blob("layer" + std::to_string(i), static_cast<Outcome>(i), 10, 20));
    }
  }

  auto db = database();
  const auto report = make_report(db, "j1");

  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->totals.requests(), 28U);
  EXPECT_EQ(report->totals.outcomes, recorder_->totals("j1").outcomes);
  EXPECT_EQ(report->totals.byte_hit_ratio().str(), "-100.0 % (-280 / 280)");
}

}  // namespace
}  // namespace ecrelay::stats
