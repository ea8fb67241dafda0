#include "stats/stats_output.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stats/json_document.hpp"

namespace ecrelay::stats {
namespace {

std::vector<HistoryRow> rows() {
  HistoryRow node{"docker.io/node", {}};
  node.totals.outcomes = {4, 1, 1, 2, 0, 1, 0};
  node.totals.bytes_served = 2048;
  node.totals.bytes_fetched = 1024;
  HistoryRow declined{"quay.io/a,\"b\"", {}};
  declined.totals.of(Outcome::Declined) = 3;
  return {node, declined};
}

TEST(StatsOutput, TableLinesUpAndEndsWithTheSum) {
  EXPECT_EQ(stats_output(rows(), GroupBy::Repository, 0, StatsFormat::Table),
            "repository      requests   hits          misses  declined  errors   served  fetched"
            "              saved\n"
            "docker.io/node         9  6 / 8  75.0 %       2         1       0  2.0 KiB  1.0 KiB"
            "  1.0 KiB / 2.0 KiB  50.0 %\n"
            "quay.io/a,\"b\"          3  0 / 0       -       0         3       0      0 B      0 B"
            "          0 B / 0 B       -\n"
            "total                 12  6 / 8  75.0 %       2         4       0  2.0 KiB  1.0 KiB"
            "  1.0 KiB / 2.0 KiB  50.0 %\n");
}

TEST(StatsOutput, CsvQuotesAndLeavesARatioOfNothingEmpty) {
  EXPECT_EQ(stats_output(rows(), GroupBy::Repository, 0, StatsFormat::Csv),
            "repository,requests,hit,revalidated,joined,miss,stale,declined,error,bytes_served,"
            "bytes_fetched,hit_ratio,byte_hit_ratio\r\n"
            "docker.io/node,9,4,1,1,2,0,1,0,2048,1024,0.7500,0.5000\r\n"
            "\"quay.io/a,\"\"b\"\"\",3,0,0,0,0,0,3,0,0,0,,\r\n");
}

TEST(StatsOutput, JsonHasRowsAndTotal) {
  const auto json = Json::parse(stats_output(rows(), GroupBy::Repository, 17, StatsFormat::Json));

  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->get("by").as_string(), "repository");
  EXPECT_EQ(json->get("since").as_int(), 17);
  EXPECT_EQ(json->get("rows").items().at(0).get("outcomes").get("hit").as_int(), 4);
  EXPECT_EQ(json->get("rows").items().at(1).get("hit_ratio").dump(), R"({"n":0,"d":0})");
  EXPECT_EQ(json->get("total").get("requests").as_int(), 12);
}

TEST(StatsFormat, IsTableJsonOrCsv) {
  EXPECT_EQ(*parse_stats_format("csv"), StatsFormat::Csv);
  EXPECT_EQ(parse_stats_format("xml").error().code, base::ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace ecrelay::stats
