#include "store/store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/waiting.hpp"
#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using base::ErrorCode;
using support::becomes_true;

void write_text(const base::Path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

TEST(Store, PutsLoadsAndOpens) {
  StoreInFolder in;
  const auto bytes = pattern(5000);

  const auto digest = in.put(bytes);

  EXPECT_EQ(in.store->problem(), "");
  EXPECT_EQ(in.store->load(digest, "", 1 << 30).value(), bytes);
  EXPECT_EQ(in.store->size_of(digest), 5000U);
  const auto reader = in.store->open(digest, "");
  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(reader->size(), 5000U);
  EXPECT_EQ(read_all(*reader, 4990).value(), bytes.substr(4990));
}

TEST(Store, KnowsNothingOfWhatItDoesNotHold) {
  StoreInFolder in;

  EXPECT_EQ(in.store->open(digest_no(1), ""), nullptr);
  EXPECT_EQ(in.store->size_of(digest_no(1)), std::nullopt);
  EXPECT_EQ(in.store->load(digest_no(1), "", 1 << 30).error().code, ErrorCode::NotFound);
}

TEST(Store, PutsTheSameTwiceAndWrongBytesNever) {
  StoreInFolder in;
  const auto digest = in.put("text");

  EXPECT_TRUE(in.store->put(digest, "text", "").ok());
  const auto wrong = in.store->put(digest_no(1), "other", "");

  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(in.store->open(digest_no(1), ""), nullptr);
  EXPECT_EQ(in.files_in("partial"), 0U);
  EXPECT_EQ(in.files_in("blobs"), 1U);
}

TEST(Store, RefusesASecondFillOfTheSameBlob) {
  StoreInFolder in;
  auto fill = in.store->begin(digest_no(1), 10, "");
  ASSERT_TRUE(fill.ok());

  EXPECT_EQ(in.store->begin(digest_no(1), 10, "").error().code, ErrorCode::AlreadyExists);
}

TEST(Store, CallsABlobThatChangedOnDiskCorruptAndForgetsIt) {
  StoreInFolder in;
  const auto bytes = pattern(5000);
  const auto changed = in.put(bytes);
  const auto cut = in.put("short soon");
  write_text(in.blob_file(changed), std::string(5000, 'x'));
  write_text(in.blob_file(cut), "short");

  EXPECT_EQ(in.store->load(changed, "", 1 << 30).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(in.store->load(cut, "", 1 << 30).error().code, ErrorCode::Corrupt);

  EXPECT_EQ(in.store->size_of(changed), std::nullopt);
  EXPECT_EQ(in.store->size_of(cut), std::nullopt);
  EXPECT_TRUE(becomes_true([&] { return in.files_in("blobs") == 0; }));
  EXPECT_EQ(in.put(bytes), changed);
  EXPECT_EQ(in.store->load(changed, "", 1 << 30).value(), bytes);
}

TEST(Store, ForgetsABlobWhoseFileIsGone) {
  StoreInFolder in;
  const auto digest = in.put("text");
  fs::remove(in.blob_file(digest));

  EXPECT_EQ(in.store->open(digest, ""), nullptr);

  EXPECT_EQ(in.store->size_of(digest), std::nullopt);
  EXPECT_EQ(in.store->space().usage().used, 0U);
  in.put("text");
  EXPECT_EQ(in.store->load(digest, "", 1 << 30).value(), "text");
}

TEST(Store, LoadsNothingLargerThanItsLimit) {
  StoreInFolder in;
  const auto digest = in.put("0123456789");

  EXPECT_TRUE(in.store->load(digest, "", 10).ok());
  EXPECT_EQ(in.store->load(digest, "", 9).error().code, ErrorCode::InvalidArgument);
  EXPECT_TRUE(in.store->size_of(digest).has_value());
}

TEST(Store, GoesOnWhenItsFolderIsDeleted) {
  StoreInFolder in;
  const auto digest = in.put("text");
  fs::remove_all(in.folder.path() / "v1");

  EXPECT_EQ(in.store->open(digest, ""), nullptr);
  in.put("text");

  EXPECT_EQ(in.store->load(digest, "", 100).value(), "text");
}

TEST(Store, UnlinksWhatItEvicts) {
  StoreInFolder in(8192);
  const auto first = in.put("first");
  const auto second = in.put("second");

  const auto third = in.put("third");

  EXPECT_TRUE(becomes_true([&] { return !fs::exists(in.blob_file(first)); }));
  EXPECT_TRUE(in.store->space().was_evicted(first));
  EXPECT_TRUE(fs::exists(in.blob_file(second)));
  EXPECT_EQ(in.store->load(third, "", 1 << 30).value(), "third");
}

TEST(Store, NeverUnlinksABlobThatCameBackMeanwhile) {
  StoreInFolder in(8192);
  const auto first = base::sha256("first");
  std::promise<void> being_removed;
  const auto comes_back = std::async(std::launch::async, [&] {
    being_removed.get_future().wait();
    in.put("first");
  });
  in.ops.before_remove = [&, done = false](const base::Path& path) mutable {
    if (path == in.blob_file(first) && !std::exchange(done, true)) {
      being_removed.set_value();
      comes_back.wait_for(200ms);  // no longer: the store may hold it back until this is over
    }
  };
  in.put("first");
  const auto other = in.put("other");

  in.put("second");  // "first" has to go, comes back, and "other" has to go
  ASSERT_TRUE(becomes_true([&] { return !fs::exists(in.blob_file(other)); }));
  comes_back.wait();

  EXPECT_EQ(in.store->load(first, "", 1 << 30).value(), "first");
}

TEST(Store, NeverEvictsABlobThatIsRead) {
  StoreInFolder in(4096);
  const auto digest = in.put("first");
  auto reader = in.store->open(digest, "");

  EXPECT_EQ(in.store->put(base::sha256("second"), "second", "").error().code, ErrorCode::NoSpace);
  EXPECT_EQ(read_all(*reader).value(), "first");
  reader.reset();
  in.put("second");
}

TEST(Store, OfNoSizeTakesNothing) {
  StoreInFolder in(0);

  EXPECT_EQ(in.store->problem(), "");
  EXPECT_EQ(in.store->put(base::sha256("x"), "x", "").error().code, ErrorCode::NoSpace);
  EXPECT_EQ(in.store->begin(digest_no(1), 1 << 20, "").error().code, ErrorCode::NoSpace);
  EXPECT_EQ(in.files_in("partial"), 0U);
}

TEST(Store, KnowsWhatItCouldHold) {
  const StoreInFolder in(8192);

  EXPECT_TRUE(in.store->could_hold(0));
  EXPECT_TRUE(in.store->could_hold(8192));
  EXPECT_FALSE(in.store->could_hold(8193));
  EXPECT_FALSE(in.store->could_hold(UINT64_MAX));
}

TEST(Store, ServesManyThreadsAtOnce) {
  StoreInFolder in(20 * 4096);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;

  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        const auto text = "blob " + std::to_string((t * 13 + i) % 40);
        const auto digest = base::sha256(text);
        std::ignore = in.store->put(digest, text, "");  // no room is no fault here
        const auto loaded = in.store->load(digest, "", 1 << 30);
        wrong += loaded.ok() ? (*loaded == text ? 0 : 1)
                             : (loaded.error().code == ErrorCode::NotFound ? 0 : 1);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(wrong, 0);
  EXPECT_LE(in.store->space().usage().used, 20U * 4096U);
}

TEST(Store, OnAFolderInUseHoldsAndTakesNothing) {
  StoreInFolder in;
  const auto digest = in.put("text");
  base::FileOps ops;

  Store second({in.folder.path(), 1 << 20}, ops);

  EXPECT_NE(second.problem().find(in.folder.path().string()), std::string::npos);
  EXPECT_EQ(second.open(digest, ""), nullptr);
  EXPECT_EQ(second.load(digest, "", 1 << 20).error().code, ErrorCode::NotFound);
  EXPECT_EQ(second.begin(digest, 4, "").error().code, ErrorCode::NoSpace);
  EXPECT_FALSE(second.put(base::sha256("x"), "x", "").ok());
  second.names().set_tag({"docker.io", "library/a"}, "1", {digest, {}});
  EXPECT_TRUE(second.names().tag({"docker.io", "library/a"}, "1").has_value());
  EXPECT_EQ(in.store->load(digest, "", 1 << 30).value(), "text");
}

TEST(Store, OnAFolderThatCannotBeUsedSaysWhy) {
  const support::TempFolder folder;
  write_text(folder.path() / "file", "no folder");
  write_text(folder.path() / "broken" / "v1", "no folder");
  base::FileOps ops;

  for (const auto& path : {folder.path() / "file", folder.path() / "file" / "below",
                           folder.path() / "broken", base::Path("/proc/no-such-folder")}) {
    SCOPED_TRACE(path.string());
    const Store store({path, 1 << 20}, ops);
    EXPECT_NE(store.problem(), "");
    EXPECT_EQ(store.size_of(digest_no(1)), std::nullopt);
  }
}

TEST(Store, MarksItsFolderAsACache) {
  const StoreInFolder in;

  const auto tag = base::read_file(in.folder.path() / "CACHEDIR.TAG");

  ASSERT_TRUE(tag.ok());
  EXPECT_TRUE(tag->starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
}

}  // namespace
}  // namespace ecrelay::store
