#include "store/fill.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;

constexpr std::size_t kSize = 300'000;
constexpr std::size_t kWithheld = 65'536;

/// The fill of `bytes`, begun and not written yet.
std::shared_ptr<Fill> begin(StoreInFolder& in, const std::string& bytes) {
  auto fill = in.store->begin(base::sha256(bytes), bytes.size(), "job");
  EXPECT_TRUE(fill.ok());
  return *fill;
}

base::Result<std::size_t> read_now(BlobReader& reader, std::uint64_t offset, std::size_t size) {
  std::string piece(size, '\0');
  return reader.read(offset, std::as_writable_bytes(std::span(piece)), base::Deadline::after(0ms));
}

TEST(Fill, HoldsTheBlobOnceItIsCommitted) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);

  ASSERT_TRUE(fill->write(0, as_bytes(bytes).first(1000)).ok());
  ASSERT_TRUE(fill->write(1000, as_bytes(bytes).subspan(1000)).ok());
  EXPECT_FALSE(in.store->size_of(fill->digest()).has_value());
  ASSERT_TRUE(fill->commit().ok());

  EXPECT_EQ(in.store->size_of(fill->digest()), kSize);
  EXPECT_EQ(read_all(*in.store->open(fill->digest(), "")).value(), bytes);
  EXPECT_EQ(in.files_in("partial"), 0U);
}

TEST(Fill, WithholdsTheLastBytesUntilItIsCommitted) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  const auto reader = fill->reader();

  ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
  const auto before = read_now(*reader, 0, kSize);
  const auto withheld = read_now(*reader, kSize - kWithheld, 1);
  ASSERT_TRUE(fill->commit().ok());
  const auto after = read_now(*reader, kSize - kWithheld, kWithheld);

  ASSERT_TRUE(before.ok());
  EXPECT_EQ(*before, kSize - kWithheld);
  ASSERT_FALSE(withheld.ok());
  EXPECT_EQ(withheld.error().code, ErrorCode::Timeout);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(*after, kWithheld);
}

TEST(Fill, WithholdsTheWholeOfASmallBlob) {
  for (const std::size_t size : {std::size_t{1}, kWithheld}) {
    StoreInFolder in;
    const auto bytes = pattern(size);
    auto fill = begin(in, bytes);
    const auto reader = fill->reader();

    ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
    EXPECT_EQ(read_now(*reader, 0, size).error().code, ErrorCode::Timeout);
    ASSERT_TRUE(fill->commit().ok());
    EXPECT_EQ(read_all(*reader).value(), bytes);
  }
}

TEST(Fill, ServesReadersAtAnyOffsetWhileItFills) {
  StoreInFolder in;
  const auto bytes = pattern(2'000'000);
  auto fill = begin(in, bytes);
  std::vector<std::string> read(16);
  std::vector<std::thread> readers;

  for (std::size_t i = 0; i < read.size(); ++i) {
    readers.emplace_back([&, i, reader = std::shared_ptr(fill->reader())] {
      const auto all = read_all(*reader, i * 100'000, 1000 + i * 7919);
      read[i] = all.ok() ? *all : all.error().message;
    });
  }
  for (std::size_t offset = 0; offset < bytes.size(); offset += 50'000) {
    ASSERT_TRUE(fill->write(offset, as_bytes(bytes).subspan(offset, 50'000)).ok());
  }
  ASSERT_TRUE(fill->commit().ok());
  for (auto& reader : readers) {
    reader.join();
  }

  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_TRUE(read[i] == bytes.substr(i * 100'000)) << "reader " << i;
  }
}

TEST(Fill, ALateReaderGetsWhatIsThere) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes).first(100'000)).ok());

  const auto reader = fill->reader();

  EXPECT_EQ(read_now(*reader, 99'999, 10).value(), 1U);
  EXPECT_EQ(read_now(*reader, 100'000, 10).error().code, ErrorCode::Timeout);
}

TEST(Fill, RefusesWrongBytesAndEndsItsReadersShort) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto wrong = bytes;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  auto fill = begin(in, bytes);
  const auto digest = fill->digest();
  const auto reader = fill->reader();

  ASSERT_TRUE(fill->write(0, as_bytes(wrong)).ok());
  const auto committed = fill->commit();
  ASSERT_FALSE(committed.ok());
  fill->fail(committed.error());
  const auto readable = read_now(*reader, 0, kSize);
  const auto end = read_now(*reader, kSize - kWithheld, 1);
  const auto all = read_all(*reader);

  EXPECT_EQ(committed.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(readable.value(), kSize - kWithheld);
  EXPECT_EQ(end.error().code, ErrorCode::Corrupt);
  EXPECT_FALSE(all.ok());
  EXPECT_EQ(in.store->open(digest, ""), nullptr);
}

TEST(Fill, DroppedLeavesNoFileAndNoReservation) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
  ASSERT_EQ(in.files_in("partial"), 1U);

  fill.reset();

  EXPECT_EQ(in.files_in("partial"), 0U);
  EXPECT_EQ(in.files_in("blobs"), 0U);
  EXPECT_EQ(in.store->space().usage().used, 0U);
  EXPECT_NE(begin(in, bytes), nullptr);
}

TEST(Fill, DiscardedMakesRoomForAnotherAndKeepsOutOfItsWay) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto first = begin(in, bytes);
  const auto reader = first->reader();
  ASSERT_TRUE(first->write(0, as_bytes(bytes)).ok());

  first->discard();
  first->discard();
  const auto second = begin(in, bytes);
  ASSERT_NE(second, nullptr);
  ASSERT_TRUE(second->write(0, as_bytes(bytes).first(10)).ok());
  const auto late = first->commit();
  const auto seen = read_now(*reader, 0, 100);
  first.reset();

  EXPECT_FALSE(late.ok());
  EXPECT_EQ(seen.value(), 100U);
  EXPECT_FALSE(in.store->size_of(second->digest()).has_value());
  EXPECT_EQ(in.files_in("partial"), 1U);
  ASSERT_TRUE(second->write(10, as_bytes(bytes).subspan(10)).ok());
  ASSERT_TRUE(second->commit().ok());
  EXPECT_EQ(in.store->load(second->digest(), "", 1 << 30).value(), bytes);
}

TEST(Fill, CommittedIsNeitherDiscardedNorFailed) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
  ASSERT_TRUE(fill->commit().ok());

  fill->discard();
  fill->fail({ErrorCode::Unavailable, "too late"});

  EXPECT_EQ(read_all(*fill->reader()).value(), bytes);
  EXPECT_EQ(in.store->load(fill->digest(), "", 1 << 30).value(), bytes);
}

TEST(Fill, LivesAsLongAsAReaderOfIt) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
  auto reader = fill->reader();

  fill->fail({ErrorCode::Unavailable, "the connection broke"});
  fill.reset();
  EXPECT_EQ(read_now(*reader, 0, 1).value(), 1U);
  EXPECT_EQ(read_now(*reader, kSize - 1, 1).error().code, ErrorCode::Unavailable);
  reader.reset();

  EXPECT_EQ(in.store->space().usage().used, 0U);
}

TEST(Fill, CommitBeforeTheLastByteIsUnavailable) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes).first(kSize - 1)).ok());

  const auto committed = fill->commit();

  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code, ErrorCode::Unavailable);
  EXPECT_FALSE(in.store->size_of(fill->digest()).has_value());
}

TEST(Fill, RefusesBytesThatDoNotFollowOrPassTheEnd) {
  StoreInFolder in;
  const auto bytes = pattern(1000);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes).first(500)).ok());

  for (const std::uint64_t offset : {0U, 499U, 501U, 1000U}) {
    const auto written = fill->write(offset, as_bytes(bytes).first(1));
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.error().code, ErrorCode::InvalidArgument);
  }
  EXPECT_EQ(fill->write(500, as_bytes(bytes).first(501)).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(fill->front(), 500U);
  EXPECT_TRUE(fill->write(500, as_bytes(bytes).subspan(500)).ok());
  EXPECT_EQ(fill->write(1000, as_bytes(bytes).first(1)).error().code, ErrorCode::InvalidArgument);
  EXPECT_TRUE(fill->commit().ok());
}

TEST(Fill, OfAnEmptyBlobIsHeld) {
  StoreInFolder in;
  auto fill = begin(in, "");
  const auto reader = fill->reader();

  ASSERT_TRUE(fill->write(0, {}).ok());
  ASSERT_TRUE(fill->commit().ok());

  EXPECT_EQ(reader->size(), 0U);
  EXPECT_EQ(in.store->load(fill->digest(), "", 1 << 30).value(), "");
}

TEST(Fill, OfASha512DigestIsVerifiedByIt) {
  StoreInFolder in;
  const auto bytes = pattern(1000);
  base::Hasher hasher(base::DigestAlgorithm::Sha512);
  hasher.update(bytes);
  const auto digest = hasher.finish();

  ASSERT_TRUE(in.store->put(digest, bytes, "").ok());
  in.reopen();

  EXPECT_EQ(in.store->load(digest, "", 1 << 30).value(), bytes);
}

TEST(Fill, IsNotEvictedWhileItIsReadAfterItsCommit) {
  StoreInFolder in(2 * Space::rounded(kSize));
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
  ASSERT_TRUE(fill->commit().ok());
  auto reader = fill->reader();
  fill.reset();

  EXPECT_EQ(in.store->begin(digest_no(1), 2 * kSize, "").error().code, ErrorCode::NoSpace);
  reader.reset();
  EXPECT_TRUE(in.store->begin(digest_no(1), 2 * kSize, "").ok());
}

TEST(Fill, AReaderWaitsNoLongerThanItsDeadline) {
  StoreInFolder in;
  auto fill = begin(in, pattern(kSize));
  const auto reader = fill->reader();
  std::string piece(1, '\0');
  const auto start = base::Steady::now();

  const auto got =
      reader->read(0, std::as_writable_bytes(std::span(piece)), base::Deadline::after(50ms));
  const auto time = base::Steady::now() - start;

  EXPECT_EQ(got.error().code, ErrorCode::Timeout);
  EXPECT_GE(time, 49ms);
  EXPECT_LT(time, 2s);
}

TEST(Fill, AFailureWakesItsReaders) {
  StoreInFolder in;
  auto fill = begin(in, pattern(kSize));
  std::atomic<int> failed = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, reader = std::shared_ptr(fill->reader())] {
      const auto all = read_all(*reader);
      failed += !all.ok() && all.error().code == ErrorCode::Throttled ? 1 : 0;
    });
  }

  fill->fail({ErrorCode::Throttled, "slow down"});
  for (auto& reader : readers) {
    reader.join();
  }

  EXPECT_EQ(failed, 4);
}

TEST(Fill, AFileCutFromOutsideIsCorruptAndNoEndlessWait) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes)).ok());
  for (const auto& entry :
       std::filesystem::directory_iterator(in.folder.path() / "v1" / "partial")) {
    std::filesystem::resize_file(entry.path(), 10);
  }

  const auto got = read_now(*fill->reader(), 100, 10);

  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code, ErrorCode::Corrupt);
}

}  // namespace
}  // namespace ecrelay::store
