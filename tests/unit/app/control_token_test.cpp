#include "app/control_token.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/temp_folder.hpp"

namespace ecrelay::app {
namespace {

using support::TempFolder;

unsigned mode_of(const base::Path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

TEST(ControlToken, IsMadeOnceAndForItsOwnerAlone) {
  const TempFolder folder;

  const auto made = ensure_control_token(folder.path(), {});
  const auto again = ensure_control_token(folder.path(), {});

  ASSERT_TRUE(made.ok()) << made.error().message;
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(made->reveal().size(), 64u);
  EXPECT_EQ(again->reveal(), made->reveal());
  EXPECT_EQ(mode_of(control_token_path(folder.path())), 0600u);
}

TEST(ControlToken, IsAnotherOneInEachStateDirectory) {
  const TempFolder one;
  const TempFolder other;

  const auto first = ensure_control_token(one.path(), {});
  const auto second = ensure_control_token(other.path(), {});

  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->reveal(), second->reveal());
}

TEST(ControlToken, ClosesAFileThatOthersCanRead) {
  const TempFolder folder;
  const auto path = control_token_path(folder.path());
  ASSERT_TRUE(base::write_file(path, "given-by-hand\n").ok());
  std::filesystem::permissions(path, std::filesystem::perms(0644));

  const auto token = ensure_control_token(folder.path(), {});

  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->reveal(), "given-by-hand");
  EXPECT_EQ(mode_of(path), 0600u);
}

TEST(ControlToken, ReplacesAnEmptyFile) {
  const TempFolder folder;
  ASSERT_TRUE(base::write_file(control_token_path(folder.path()), "").ok());

  const auto token = ensure_control_token(folder.path(), {});

  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->reveal().size(), 64u);
}

TEST(ControlToken, OfTheEnvironmentLeavesNoFile) {
  const TempFolder folder;
  const auto environment = base::Environment::from_map({{"ECRELAY_CONTROL_TOKEN", "abc"}});

  const auto made = ensure_control_token(folder.path(), environment);
  const auto read = read_control_token(folder.path(), environment);

  ASSERT_TRUE(made.ok() && read.ok());
  EXPECT_EQ(made->reveal(), "abc");
  EXPECT_EQ(read->reveal(), "abc");
  EXPECT_FALSE(std::filesystem::exists(control_token_path(folder.path())));
}

TEST(ControlToken, ThatIsNotThereIsNotFound) {
  const TempFolder folder;

  const auto read = read_control_token(folder.path(), {});

  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, base::ErrorCode::NotFound);
}

TEST(TokenFile, HasToHoldOneToken) {
  const TempFolder folder;
  const auto path = folder.path() / "token";

  for (const auto* text : {"", " \n", "two tokens", "two\nlines\n"}) {
    ASSERT_TRUE(base::write_file(path, text).ok());
    const auto token = read_token_file(path);
    ASSERT_FALSE(token.ok()) << text;
    EXPECT_EQ(token.error().code, base::ErrorCode::InvalidArgument) << text;
  }
}

TEST(BearsToken, TakesTheBearerSchemeAndTheWholeToken) {
  struct Case {
    const char* authorization;
    bool accepted;
  };
  const base::Secret token("secret");

  for (const auto& [authorization, accepted] :
       {Case{"Bearer secret", true}, Case{"bearer secret", true}, Case{"Bearer  secret ", true},
        Case{"Bearer secre", false}, Case{"Bearer secrets", false}, Case{"Bearer Secret", false},
        Case{"Bearer ", false}, Case{"Bearer", false}, Case{"", false}, Case{"secret", false},
        Case{"Basic secret", false}}) {
    EXPECT_EQ(bears_token(authorization, token), accepted) << authorization;
  }
}

TEST(BearsToken, NeverTakesAnEmptyToken) {
  EXPECT_FALSE(bears_token("Bearer ", base::Secret()));
}

}  // namespace
}  // namespace ecrelay::app
