#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/file_ops.hpp"
#include "fixture_database.hpp"

namespace ecrelay::stats {
namespace {

std::string documentation() {
  const auto text = base::read_file(base::Path(ECRELAY_TEST_DATA) / "../../docs/stats.md");
  EXPECT_TRUE(text.ok());
  return *text;
}

std::vector<std::string> documented_queries() {
  constexpr std::string_view kBegin = "```sql\n";
  const auto text = documentation();
  std::vector<std::string> queries;
  for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    queries.push_back(text.substr(at, text.find("```", at) - at));
  }
  return queries;
}

TEST(DocumentedQueries, AnswerAgainstARecordedDatabase) {
  FixtureDatabase fixture("v1");
  auto database = fixture.migrated();
  const std::vector<std::string> expected_first = {std::string(kFixtureJob) + " success 9 50.0",
                                                   "docker.io/library/node:20 1 5002900 12002700",
                                                   "docker.io miss cold 2"};

  const auto queries = documented_queries();

  ASSERT_EQ(queries.size(), expected_first.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    auto statement = database.prepare(queries[i]);
    ASSERT_TRUE(statement.ok()) << statement.error().message;
    ASSERT_TRUE(*statement->step()) << queries[i];
    EXPECT_EQ(statement->text(0) + " " + statement->text(1) + " " + statement->text(2) + " " +
                  statement->text(3),
              expected_first[i]);
  }
}

TEST(Documentation, ExplainsEveryWord) {
  const auto text = documentation();
  const auto explains = [&](std::string_view word) {
    return text.find("`" + std::string(word) + "`") != std::string::npos;
  };

  for (const auto word : Words<Outcome>::kTable) {
    EXPECT_TRUE(explains(word)) << word;
  }
  for (const auto word : Words<Origin>::kTable) {
    EXPECT_TRUE(explains(word)) << word;
  }
  for (const auto word : Words<EcrCache>::kTable) {
    EXPECT_TRUE(explains(word)) << word;
  }
  for (const auto word : Words<Reason>::kTable) {
    EXPECT_TRUE(explains(word)) << word;
  }
}

TEST(Documentation, NamesEveryColumn) {
  FixtureDatabase fixture("v1");
  auto database = fixture.migrated();
  const auto text = documentation();
  auto columns = database.prepare(
      "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
      "WHERE m.type IN ('table', 'view') AND m.name <> 'job_summary'");
  ASSERT_TRUE(columns.ok());

  int seen = 0;
  while (*columns->step()) {
    ++seen;
    const auto row_start = text.find("| `" + columns->text(0) + "` |");
    ASSERT_NE(row_start, std::string::npos) << columns->text(0);
    const auto row = text.substr(row_start, text.find('\n', row_start) - row_start);
    EXPECT_NE(row.find("`" + columns->text(1) + "`"), std::string::npos)
        << columns->text(0) << "." << columns->text(1);
  }
  EXPECT_GT(seen, 40);
}

}  // namespace
}  // namespace ecrelay::stats
