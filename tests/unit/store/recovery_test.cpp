#include "store/recovery.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

void write_text(const base::Path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

TEST(Recovery, KeepsBlobsOverARestart) {
  StoreInFolder in;
  std::vector<std::string> texts = {"one", "two", pattern(200'000), ""};
  for (const auto& text : texts) {
    in.put(text);
  }
  const auto used = in.store->space().usage().used;

  in.reopen();

  for (const auto& text : texts) {
    EXPECT_EQ(in.store->load(base::sha256(text), "", 1 << 30).value(), text);
  }
  EXPECT_EQ(in.store->space().usage().used, used);
  EXPECT_EQ(in.store->space().usage().blobs, 4U);
}

TEST(Recovery, RemovesPartialFiles) {
  StoreInFolder in;
  in.put("kept");
  in.store.reset();
  const auto partials = in.folder.path() / "v1" / "partial";
  write_text(partials / ("sha256-" + digest_no(1).hex()), "half");
  write_text(partials / "anything", "half");

  in.reopen();

  EXPECT_EQ(in.files_in("partial"), 0U);
  EXPECT_EQ(in.store->open(digest_no(1), ""), nullptr);
  EXPECT_TRUE(in.store->begin(digest_no(1), 10, "").ok());
}

TEST(Recovery, LeavesUnknownFilesAloneAndServesNoneOfThem) {
  StoreInFolder in;
  const auto kept = in.put("kept");
  in.store.reset();
  const auto folder = in.folder.path() / "v1" / "blobs" / "sha256";
  const auto hex = digest_no(1).hex();
  auto upper = hex;
  upper.back() = 'F';
  const std::vector<base::Path> strangers = {
      folder / "README",
      folder / hex.substr(0, 2) / (hex + ".tmp"),
      folder / hex.substr(0, 2) / hex.substr(1),
      folder / hex.substr(0, 2) / upper,
      folder / "zz" / hex,         // in the wrong folder
      folder / "00" / kept.hex(),  // a copy of what is held
      folder / hex.substr(0, 2) / "deep" / hex,
  };
  for (const auto& path : strangers) {
    write_text(path, "stranger");
  }
  fs::create_symlink("/etc/hostname", folder / hex.substr(0, 2) / hex);
  fs::create_directories(folder / digest_no(2).hex());

  in.reopen();

  for (const auto& path : strangers) {
    EXPECT_TRUE(fs::exists(path)) << path;
  }
  EXPECT_EQ(in.store->space().usage().blobs, 1U);
  EXPECT_EQ(in.store->open(digest_no(1), ""), nullptr);
  EXPECT_EQ(in.store->open(digest_no(2), ""), nullptr);
  EXPECT_EQ(in.store->load(kept, "", 1 << 30).value(), "kept");
}

TEST(Recovery, EvictsTheLeastRecentlyUsedWhereTheStoreBecameSmaller) {
  StoreInFolder in;
  const auto now = fs::file_time_type::clock::now();
  std::vector<base::Digest> digests;
  // In an order of use that is not that of their names or writing.
  const int ages[] = {3, 0, 4, 1, 2};
  for (const int age : ages) {
    digests.push_back(in.put("age " + std::to_string(age)));
  }
  in.store.reset();
  for (std::size_t i = 0; i < digests.size(); ++i) {
    fs::last_write_time(in.blob_file(digests[i]), now - std::chrono::hours(ages[i]));
  }
  in.set_limit(3 * 4096);

  in.reopen();

  for (std::size_t i = 0; i < digests.size(); ++i) {
    EXPECT_EQ(in.store->size_of(digests[i]).has_value(), ages[i] < 3) << ages[i];
    EXPECT_EQ(fs::exists(in.blob_file(digests[i])), ages[i] < 3) << ages[i];
  }
  in.put("new");  // and the order goes on from there
  EXPECT_FALSE(in.store->size_of(base::sha256("age 2")).has_value());
  EXPECT_TRUE(in.store->size_of(base::sha256("age 1")).has_value());
}

TEST(Recovery, TakesTheUseOfABlobIntoTheNextStart) {
  StoreInFolder in;
  const auto old_time = fs::file_time_type::clock::now() - 48h;
  const auto used = in.put("used");
  const auto unused = in.put("unused");
  fs::last_write_time(in.blob_file(used), old_time);
  fs::last_write_time(in.blob_file(unused), old_time + 1h);

  EXPECT_EQ(in.store->load(used, "", 1 << 30).value(), "used");
  in.set_limit(4096);
  in.reopen();

  EXPECT_TRUE(in.store->size_of(used).has_value());
  EXPECT_FALSE(in.store->size_of(unused).has_value());
}

TEST(Recovery, CountsWhatItFound) {
  const support::TempFolder folder;
  const auto layout = Layout::open(folder.path());
  ASSERT_TRUE(layout.ok());
  write_text(layout->blob(base::sha256("a")), "a");
  write_text(layout->blob(base::sha256("b")), "b");
  write_text(layout->blobs() / "sha256" / "README", "?");
  write_text(layout->partial(digest_no(1)), "half");
  Space space(4096);
  base::FileOps ops;

  const auto found = recover(*layout, ops, space);

  EXPECT_EQ(found.blobs, 1U);
  EXPECT_EQ(found.over_limit, 1U);
  EXPECT_EQ(found.partials, 1U);
  EXPECT_EQ(found.unknown, 1U);
}

}  // namespace
}  // namespace ecrelay::store
