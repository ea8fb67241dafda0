#include "app/state_lock.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "support/temp_folder.hpp"

namespace ecrelay::app {
namespace {

TEST(StateLock, MakesTheDirectory) {
  const support::TempFolder folder;
  const auto state = folder.path() / "new" / "state";

  const auto lock = StateLock::take(state);

  ASSERT_TRUE(lock.ok()) << lock.error().message;
  EXPECT_TRUE(std::filesystem::is_directory(state));
}

TEST(StateLock, IsHeldByOneAtATime) {
  const support::TempFolder folder;
  const auto first = StateLock::take(folder.path());

  const auto second = StateLock::take(folder.path());

  ASSERT_TRUE(first.ok());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, base::ErrorCode::AlreadyExists);
}

TEST(StateLock, IsFreeAgainAfterItsEnd) {
  const support::TempFolder folder;
  {
    const auto first = StateLock::take(folder.path());
    ASSERT_TRUE(first.ok());
  }

  EXPECT_TRUE(StateLock::take(folder.path()).ok());
}

}  // namespace
}  // namespace ecrelay::app
