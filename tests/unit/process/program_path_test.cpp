#include "process/program_path.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temp_folder.hpp"

namespace ecrelay::process {
namespace {

void make_file(const std::filesystem::path& path, mode_t mode) {
  std::ofstream(path) << "#!/bin/sh\n";
  ::chmod(path.c_str(), mode);
}

TEST(ProgramPath, FindsTheFirstExecutableInThePath) {
  const support::TempFolder first;
  const support::TempFolder second;
  make_file(first.file("tool"), 0644);
  make_file(second.file("tool"), 0755);

  const auto found = find_program("tool", first.file("").string() + ":" + second.file("").string());

  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_TRUE(std::filesystem::equivalent(*found, second.file("tool")));
}

TEST(ProgramPath, DoesNotSearchForANameWithASlash) {
  const auto found = find_program("bin/sh", "/:/usr");

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, base::ErrorCode::NotFound);
}

TEST(ProgramPath, TellsAFileThatCannotBeRunFromNone) {
  const support::TempFolder folder;
  make_file(folder.file("tool"), 0644);

  const auto not_runnable = find_program("tool", folder.file("").string());
  const auto missing = find_program("nothing", folder.file("").string());
  const auto a_folder = find_program("/tmp", "");

  ASSERT_FALSE(not_runnable.ok());
  EXPECT_EQ(not_runnable.error().code, base::ErrorCode::PermissionDenied);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, base::ErrorCode::NotFound);
  ASSERT_FALSE(a_folder.ok());
  EXPECT_EQ(a_folder.error().code, base::ErrorCode::PermissionDenied);
}

TEST(ProgramPath, RefusesAnEmptyName) {
  const auto found = find_program("", "/bin");

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, base::ErrorCode::NotFound);
}

}  // namespace
}  // namespace ecrelay::process
