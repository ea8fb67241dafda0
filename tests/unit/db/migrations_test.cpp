#include "db/migrations.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/file_ops.hpp"
#include "db/db.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::db {
namespace {

constexpr std::array<std::string_view, 3> kLadder = {
    "CREATE TABLE a(x INTEGER) STRICT; INSERT INTO a VALUES(1)", "ALTER TABLE a ADD COLUMN y TEXT",
    "CREATE TABLE b(x INTEGER) STRICT"};

Schema upto(std::size_t steps) {
  return {0x1234, std::span(kLadder).first(steps)};
}

class MigrationsTest : public testing::Test {
 protected:
  Db open() {
    auto db = Db::open(path_, Access::ReadWrite);
    EXPECT_TRUE(db.ok());
    return std::move(db).value();
  }
  support::TempFolder folder_;
  base::Path path_ = folder_.path() / "a.db";
};

TEST_F(MigrationsTest, ClimbFromNothingToTheTop) {
  auto db = open();

  ASSERT_TRUE(migrate(db, upto(3)).ok());

  EXPECT_EQ(**db.integer("PRAGMA user_version"), 3);
  EXPECT_EQ(**db.integer("PRAGMA application_id"), 0x1234);
  EXPECT_EQ(**db.integer("SELECT count(y) + count(*) FROM a"), 1);
  EXPECT_TRUE(check_version(db, upto(3)).ok());
}

TEST_F(MigrationsTest, ClimbFromEveryVersionAndKeepTheRows) {
  for (std::size_t from = 1; from <= kLadder.size(); ++from) {
    auto db = Db::open(folder_.path() / std::to_string(from), Access::ReadWrite);
    ASSERT_TRUE(db.ok() && migrate(*db, upto(from)).ok());

    ASSERT_TRUE(migrate(*db, upto(3)).ok()) << from;

    EXPECT_EQ(**db->integer("PRAGMA user_version"), 3);
    EXPECT_EQ(**db->integer("SELECT count(*) FROM a"), 1);
  }
}

TEST_F(MigrationsTest, StopBeforeAStepThatFailsWithNothingOfItDone) {
  constexpr std::array<std::string_view, 2> kBroken = {
      kLadder[0], "CREATE TABLE half(x INTEGER) STRICT; INSERT INTO nowhere VALUES(1)"};
  auto db = open();

  EXPECT_FALSE(migrate(db, {0x1234, kBroken}).ok());

  EXPECT_EQ(**db.integer("PRAGMA user_version"), 1);
  EXPECT_EQ(**db.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
}

TEST_F(MigrationsTest, LeaveANewerFileAlone) {
  {
    auto db = open();
    ASSERT_TRUE(migrate(db, upto(3)).ok());
  }
  const auto before = *base::read_file(path_);

  {
    auto db = open();
    const auto result = migrate(db, upto(2));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, base::ErrorCode::Unsupported);
    EXPECT_NE(result.error().message.find("newer"), std::string::npos);
  }

  EXPECT_TRUE(*base::read_file(path_) == before);
}

TEST_F(MigrationsTest, LeaveTheFileOfAnotherProgramAlone) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE theirs(x)").ok());

  EXPECT_EQ(migrate(db, upto(3)).error().code, base::ErrorCode::Unsupported);
  ASSERT_TRUE(db.exec("PRAGMA application_id=77").ok());
  EXPECT_EQ(migrate(db, upto(3)).error().code, base::ErrorCode::Unsupported);

  EXPECT_EQ(**db.integer("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(MigrationsTest, AReaderRefusesAnOlderFile) {
  auto db = open();
  ASSERT_TRUE(migrate(db, upto(1)).ok());

  EXPECT_EQ(check_version(db, upto(2)).error().code, base::ErrorCode::Unsupported);
}

}  // namespace
}  // namespace ecrelay::db
