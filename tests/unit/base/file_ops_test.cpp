#include "base/file_ops.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "support/temp_folder.hpp"

namespace ecrelay::base {
namespace {

class FileOpsTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(
        std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()));
  }

  support::TempFolder folder;
  FileOps& ops = system_file_ops();
};

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST_F(FileOpsTest, WritesAndReadsAtAnyOffset) {
  const auto path = folder.path() / "f";
  const auto fd = ops.open(path, OpenMode::ReadWriteCreate);
  ASSERT_TRUE(fd.ok());

  ASSERT_TRUE(ops.write_at(fd->get(), 10, bytes_of("world")).ok());
  ASSERT_TRUE(ops.write_at(fd->get(), 0, bytes_of("hello")).ok());
  ASSERT_TRUE(ops.sync_data(fd->get()).ok());
  std::array<std::byte, 64> buffer{};
  const auto all = ops.read_at(fd->get(), 0, buffer);
  const auto tail = ops.read_at(fd->get(), 12, buffer);
  const auto none = ops.read_at(fd->get(), 15, buffer);

  EXPECT_EQ(*all, 15U);
  EXPECT_EQ(*tail, 3U);
  EXPECT_EQ(*none, 0U);
  EXPECT_EQ(*read_file(path), std::string("hello\0\0\0\0\0world", 15));
}

TEST_F(FileOpsTest, TellsWhatIsAmissWithAFile) {
  const auto path = folder.path() / "f";

  const auto missing = ops.open(path, OpenMode::Read);
  const auto made = ops.open(path, OpenMode::CreateExclusive);
  const auto there_already = ops.open(path, OpenMode::CreateExclusive);

  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_NE(missing.error().message.find(path.string()), std::string::npos);
  EXPECT_TRUE(made.ok());
  EXPECT_EQ(there_already.error().code, ErrorCode::AlreadyExists);
}

TEST_F(FileOpsTest, RenamesTruncatesAndRemoves) {
  const auto from = folder.path() / "from";
  const auto to = folder.path() / "to";
  ASSERT_TRUE(write_file(from, "12345").ok());
  const auto fd = ops.open(from, OpenMode::ReadWriteCreate);

  EXPECT_TRUE(ops.truncate(fd->get(), 2).ok());
  EXPECT_TRUE(ops.rename(from, to).ok());
  EXPECT_EQ(*read_file(to), "12");
  EXPECT_TRUE(ops.remove(to).ok());
  EXPECT_TRUE(ops.remove(to).ok());
  EXPECT_EQ(ops.rename(to, from).error().code, ErrorCode::NotFound);
  EXPECT_EQ(files(), 0U);
}

TEST_F(FileOpsTest, WriteFileReplacesWholeAndLeavesNothingBeside) {
  const auto path = folder.path() / "f";

  ASSERT_TRUE(write_file(path, std::string(200000, 'a')).ok());
  ASSERT_TRUE(write_file(path, "short", FileMode::Private).ok());

  EXPECT_EQ(*read_file(path), "short");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileOpsTest, WriteFileThatFailsLeavesNothing) {
  const auto path = folder.path() / "f";
  std::filesystem::create_directories(path / "in the way");

  EXPECT_FALSE(write_file(path, "text").ok());
  EXPECT_FALSE(write_file(folder.path() / "no" / "folder", "text").ok());

  EXPECT_EQ(files(), 1U);
}

TEST_F(FileOpsTest, ReadFileHasALimit) {
  const auto path = folder.path() / "f";
  ASSERT_TRUE(write_file(path, std::string(65536, 'x')).ok());

  EXPECT_EQ(read_file(path, 65536)->size(), 65536U);
  EXPECT_EQ(read_file(path, 65535).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(read_file(folder.path() / "missing").error().code, ErrorCode::NotFound);
}

TEST_F(FileOpsTest, MakesFoldersWithTheirParents) {
  const auto path = folder.path() / "a" / "b";

  EXPECT_TRUE(make_folders(path).ok());
  EXPECT_TRUE(make_folders(path).ok());
  EXPECT_TRUE(std::filesystem::is_directory(path));
}

}  // namespace
}  // namespace ecrelay::base
