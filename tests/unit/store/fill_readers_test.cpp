#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store/fill.hpp"
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

TEST(FillReaders, WithholdsTheLastBytesUntilItIsCommitted) {
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

TEST(FillReaders, WithholdsTheWholeOfASmallBlob) {
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

TEST(FillReaders, ServesReadersAtAnyOffsetWhileItFills) {
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

TEST(FillReaders, ALateReaderGetsWhatIsThere) {
  StoreInFolder in;
  const auto bytes = pattern(kSize);
  auto fill = begin(in, bytes);
  ASSERT_TRUE(fill->write(0, as_bytes(bytes).first(100'000)).ok());

  const auto reader = fill->reader();

  EXPECT_EQ(read_now(*reader, 99'999, 10).value(), 1U);
  EXPECT_EQ(read_now(*reader, 100'000, 10).error().code, ErrorCode::Timeout);
}

TEST(FillReaders, RefusesWrongBytesAndEndsItsReadersShort) {
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

TEST(FillReaders, LivesAsLongAsAReaderOfIt) {
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

TEST(FillReaders, IsNotEvictedWhileItIsReadAfterItsCommit) {
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

TEST(FillReaders, AReaderWaitsNoLongerThanItsDeadline) {
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

TEST(FillReaders, AFailureWakesItsReaders) {
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

TEST(FillReaders, AFileCutFromOutsideIsCorruptAndNoEndlessWait) {
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
