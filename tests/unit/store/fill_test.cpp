#include "store/fill.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;

constexpr std::size_t kSize = 300'000;

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

}  // namespace
}  // namespace ecrelay::store
