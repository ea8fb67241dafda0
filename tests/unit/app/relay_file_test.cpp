#include "app/relay_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "stats/json_document.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::app {
namespace {

using support::TempFolder;

RelayRecord some_record() {
  return {{4711, 99}, "0123456789abcdef", "http://127.0.0.1:5055", 1'700'000'000'000'000, "0.1.0"};
}

TEST(RelayFile, GivesBackWhatWasWritten) {
  const TempFolder folder;

  ASSERT_TRUE(write_relay_file(folder.path(), some_record()).ok());
  const auto read = read_relay_file(folder.path());

  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, some_record());
}

TEST(RelayFile, ThatIsNotThereIsNotFound) {
  const TempFolder folder;

  const auto read = read_relay_file(folder.path());

  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, base::ErrorCode::NotFound);
}

TEST(RelayFile, ThatSaysNothingOfARelayIsCorrupt) {
  const TempFolder folder;

  for (const auto* text :
       {"", "{", "[]", "{}", R"({"pid":"1","instance":"a","endpoint":"http://h"})",
        R"({"pid":1,"instance":"a","endpoint":"not a url"})"}) {
    ASSERT_TRUE(base::write_file(relay_file_path(folder.path()), text).ok());
    const auto read = read_relay_file(folder.path());
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, base::ErrorCode::Corrupt) << text;
  }
}

TEST(RelayFile, IsRemovedByItsOwnInstanceAlone) {
  const TempFolder folder;
  ASSERT_TRUE(write_relay_file(folder.path(), some_record()).ok());

  ASSERT_TRUE(remove_relay_file(folder.path(), "another").ok());
  EXPECT_TRUE(std::filesystem::exists(relay_file_path(folder.path())));

  ASSERT_TRUE(remove_relay_file(folder.path(), some_record().instance).ok());
  EXPECT_FALSE(std::filesystem::exists(relay_file_path(folder.path())));
}

TEST(ReadyFile, NamesWhatAStarterNeeds) {
  const TempFolder folder;
  const auto path = folder.path() / "ready.json";

  ASSERT_TRUE(write_ready_file(path, some_record(), "/state/control.token").ok());

  const auto json = stats::Json::parse(*base::read_file(path));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->get("pid").as_int(), 4711);
  EXPECT_EQ(json->get("instance").as_string(), "0123456789abcdef");
  EXPECT_EQ(json->get("endpoint").as_string(), "http://127.0.0.1:5055");
  EXPECT_EQ(json->get("control_token_file").as_string(), "/state/control.token");
}

TEST(ProcessIdentity, KnowsThisProcess) {
  const auto self = process_of(::getpid());

  ASSERT_TRUE(self.has_value());
  EXPECT_EQ(self->pid, ::getpid());
  EXPECT_TRUE(is_alive(*self));
}

TEST(ProcessIdentity, TellsAPidThatWasGivenAgain) {
  auto earlier = *process_of(::getpid());
  earlier.start_ticks -= 1;

  EXPECT_FALSE(is_alive(earlier));
}

TEST(ProcessIdentity, OfNoProcessIsNothing) {
  EXPECT_FALSE(process_of(0).has_value());
  EXPECT_FALSE(process_of(-1).has_value());
  EXPECT_FALSE(process_of(std::int64_t{1} << 40).has_value());
}

}  // namespace
}  // namespace ecrelay::app
