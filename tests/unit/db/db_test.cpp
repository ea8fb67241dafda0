#include "db/db.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/file_ops.hpp"
#include "db/journal.hpp"
#include "db/snapshot.hpp"
#include "db/transaction.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::db {
namespace {

using support::TempFolder;

base::Result<void> make_table(Db& db) {
  return db.exec("CREATE TABLE IF NOT EXISTS item(name TEXT NOT NULL, size INTEGER) STRICT");
}

Db open_with_table(const base::Path& path) {
  auto db = Db::open(path, Access::ReadWrite);
  EXPECT_TRUE(db.ok() && make_table(*db).ok());
  return std::move(db).value();
}

std::vector<std::string> names_in(const base::Path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(Db, UsesAWriteAheadLogAndSafePragmas) {
  const TempFolder folder;

  auto db = open_with_table(folder.path() / "a.db");

  EXPECT_EQ(*db.text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(**db.integer("PRAGMA synchronous"), 1);
  EXPECT_EQ(**db.integer("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(**db.integer("PRAGMA trusted_schema"), 0);
  EXPECT_EQ(**db.integer("PRAGMA busy_timeout"), 5000);
}

TEST(Db, ReadsBesideAWriter) {
  const TempFolder folder;
  auto writer = open_with_table(folder.path() / "a.db");
  ASSERT_TRUE(writer.exec("INSERT INTO item VALUES('x', 1)").ok());

  auto reader = Db::open(folder.path() / "a.db", Access::ReadOnly);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  ASSERT_TRUE(writer.exec("INSERT INTO item VALUES('y', 2)").ok());

  EXPECT_EQ(**reader->integer("SELECT count(*) FROM item"), 2);
  EXPECT_EQ(reader->exec("DELETE FROM item").error().code, base::ErrorCode::PermissionDenied);
}

TEST(Db, ReadOnlyWithoutAFileIsNotFound) {
  const TempFolder folder;

  const auto db = Db::open(folder.path() / "a.db", Access::ReadOnly);

  ASSERT_FALSE(db.ok());
  EXPECT_EQ(db.error().code, base::ErrorCode::NotFound);
  EXPECT_TRUE(names_in(folder.path()).empty());
}

TEST(DbDeathTest, ReadsAFileInAFolderThatCannotBeWrittenTo) {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";
  { auto db = open_with_table(path); }
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);

  // In a process of its own, which root makes another user's: root may write to every folder.
  const auto read = [&] {
    constexpr uid_t kNobody = 65534;
    const bool other = ::geteuid() != 0 || ::setuid(kNobody) == 0;
    std::exit(other && Db::open(path, Access::ReadOnly).ok() ? 0 : 1);
  };
  EXPECT_EXIT(read(), ::testing::ExitedWithCode(0), "");

  ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
}

TEST(Db, ASnapshotSeesOneState) {
  const TempFolder folder;
  auto writer = open_with_table(folder.path() / "a.db");
  auto reader = Db::open(folder.path() / "a.db", Access::ReadOnly);
  ASSERT_TRUE(reader.ok());

  {
    const auto snapshot = Snapshot::begin(*reader);
    EXPECT_EQ(**reader->integer("SELECT count(*) FROM item"), 0);
    ASSERT_TRUE(writer.exec("INSERT INTO item VALUES('x', 1)").ok());
    EXPECT_EQ(**reader->integer("SELECT count(*) FROM item"), 0);
  }

  EXPECT_EQ(**reader->integer("SELECT count(*) FROM item"), 1);
}

TEST(Transaction, IsRolledBackUnlessCommitted) {
  const TempFolder folder;
  auto db = open_with_table(folder.path() / "a.db");

  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(db.exec("INSERT INTO item VALUES('lost', 1)").ok());
  }
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(db.exec("INSERT INTO item VALUES('kept', 1)").ok());
    ASSERT_TRUE(transaction->commit().ok());
  }

  EXPECT_EQ(*db.text("SELECT group_concat(name) FROM item"), "kept");
  EXPECT_FALSE(db.in_transaction());
}

TEST(OpenOrRebuild, SetsACorruptFileAsideAndBeginsAnew) {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";
  ASSERT_TRUE(base::write_file(path, std::string(8192, 'x')).ok());

  auto opened = open_or_rebuild(path, base::SystemClock(), make_table);

  ASSERT_TRUE(opened.ok()) << opened.error().message;
  ASSERT_TRUE(opened->set_aside.has_value());
  EXPECT_TRUE(opened->set_aside->filename().string().starts_with("a.db.corrupt-2"));
  EXPECT_EQ(*base::read_file(*opened->set_aside), std::string(8192, 'x'));
  EXPECT_EQ(**opened->db.integer("SELECT count(*) FROM item"), 0);
}

TEST(OpenOrRebuild, KeepsEveryCorruptFileEvenWithinASecond) {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";

  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(base::write_file(path, "no database" + std::string(4096, 'x')).ok());
    ASSERT_TRUE(open_or_rebuild(path, base::SystemClock(), make_table).ok());
  }

  int kept = 0;
  for (const auto& name : names_in(folder.path())) {
    kept += name.starts_with("a.db.corrupt-") && !name.ends_with("-wal") && !name.ends_with("-shm");
  }
  EXPECT_EQ(kept, 3);
}

TEST(OpenOrRebuild, LeavesAFileAloneThatIsNotCorrupt) {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";
  { auto db = open_with_table(path); }

  const auto opened = open_or_rebuild(path, base::SystemClock(), [](Db&) -> base::Result<void> {
    return base::Error{base::ErrorCode::Unsupported, "newer"};
  });

  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, base::ErrorCode::Unsupported);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a.db"});
}

TEST(Journal, IsAWriteAheadLogOnALocalFileSystem) {
  const TempFolder folder;

  EXPECT_EQ(journal_for(folder.path()), Journal::Wal);
  EXPECT_EQ(journal_for(folder.path() / "not-there"), Journal::Wal);
}

}  // namespace
}  // namespace ecrelay::db
