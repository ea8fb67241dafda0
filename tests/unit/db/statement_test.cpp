#include "db/statement.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "db/db.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::db {
namespace {

class StatementTest : public testing::Test {
 protected:
  StatementTest() : db_(Db::open(folder_.path() / "a.db", Access::ReadWrite)) {
    EXPECT_TRUE(db_->exec("CREATE TABLE item(name TEXT NOT NULL, size INTEGER) STRICT").ok());
  }
  support::TempFolder folder_;
  base::Result<Db> db_;
};

TEST_F(StatementTest, BindsAndReadsEveryType) {
  auto select = db_->prepare("SELECT ?, ?, ?, ?, ?, ?, ?");
  ASSERT_TRUE(select.ok());

  select->bind(1, std::int64_t{-7}).bind(2, std::string("a\0b", 3)).bind_null(3);
  select->bind(4, std::optional<std::int64_t>()).bind(5, std::optional<std::string>("x"));
  select->bind_text_or_null(6, "").bind(7, "");

  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), -7);
  EXPECT_EQ(select->unsigned_integer(0), 0U);
  EXPECT_EQ(select->text(1), std::string("a\0b", 3));
  EXPECT_TRUE(select->is_null(2));
  EXPECT_EQ(select->optional_integer(3), std::nullopt);
  EXPECT_EQ(select->text(4), "x");
  EXPECT_TRUE(select->is_null(5));
  EXPECT_FALSE(select->is_null(6));
}

TEST_F(StatementTest, KeepsAHugeUnsignedPositive) {
  auto select = db_->prepare("SELECT ?");

  select->bind_unsigned(1, std::numeric_limits<std::uint64_t>::max());

  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), std::numeric_limits<std::int64_t>::max());
}

TEST_F(StatementTest, IsReadyAgainAfterItsEnd) {
  auto insert = db_->prepare("INSERT INTO item VALUES(?, ?)");

  ASSERT_TRUE(insert->bind(1, "a").bind(2, std::int64_t{1}).run().ok());
  ASSERT_TRUE(insert->bind(1, "b").run().ok());

  EXPECT_EQ(*db_->text("SELECT group_concat(name || coalesce(size, '-')) FROM item"), "a1,b-");
}

TEST_F(StatementTest, TellsWhatWasWrong) {
  const auto bad_sql = db_->prepare("SELECT FROM");
  auto bad_bind = db_->prepare("SELECT ?");
  auto bad_row = db_->prepare("INSERT INTO item VALUES(NULL, 1)");

  ASSERT_FALSE(bad_sql.ok());
  EXPECT_NE(bad_sql.error().message.find("syntax error"), std::string::npos);
  EXPECT_FALSE(bad_bind->bind(2, std::int64_t{1}).step().ok());
  EXPECT_EQ(bad_row->run().error().code, base::ErrorCode::InvalidArgument);
}

TEST_F(StatementTest, IsPreparedOnceWhenCached) {
  const auto first = db_->cached("SELECT 1");
  const auto second = db_->cached("SELECT 1");

  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
}

}  // namespace
}  // namespace ecrelay::db
