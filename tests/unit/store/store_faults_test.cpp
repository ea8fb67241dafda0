#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"
#include "support/waiting.hpp"
#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using base::ErrorCode;
using Call = FaultyFileOps::Call;

TEST(StoreFaults, LeaveNothingHalfDoneAndPass) {
  for (const auto call :
       {Call::Open, Call::Truncate, Call::Allocate, Call::Write, Call::Sync, Call::Rename}) {
    SCOPED_TRACE(static_cast<int>(call));
    StoreInFolder in;
    const auto bytes = pattern(100'000);
    const auto digest = base::sha256(bytes);

    in.ops.fail(call);
    const auto failed = in.store->put(digest, bytes, "");
    in.ops.mend();

    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, ErrorCode::Io);
    EXPECT_EQ(in.files_in("partial"), 0U);
    EXPECT_EQ(in.files_in("blobs"), 0U);
    EXPECT_EQ(in.store->space().usage().used, 0U);
    EXPECT_EQ(in.store->space().usage().blobs, 0U);
    EXPECT_TRUE(in.store->put(digest, bytes, "").ok());
    EXPECT_EQ(in.store->load(digest, "", 1 << 30).value(), bytes);
  }
}

TEST(StoreFaults, OfTheCommitLeaveTheReadersToItsCaller) {
  for (const auto call : {Call::Sync, Call::Rename}) {
    StoreInFolder in;
    const auto bytes = pattern(100'000);
    auto fill = in.store->begin(base::sha256(bytes), bytes.size(), "");
    ASSERT_TRUE(fill.ok());
    const auto reader = (*fill)->reader();
    ASSERT_TRUE((*fill)->write(0, as_bytes(bytes)).ok());

    in.ops.fail(call);
    const auto committed = (*fill)->commit();
    ASSERT_FALSE(committed.ok());
    (*fill)->fail(committed.error());

    EXPECT_EQ(in.files_in("partial"), 0U);
    const auto all = read_all(*reader);
    ASSERT_FALSE(all.ok());
    EXPECT_EQ(all.error().code, ErrorCode::Io);
  }
}

TEST(StoreFaults, OfAWriteLeaveTheFrontWhereItWas) {
  StoreInFolder in;
  const auto bytes = pattern(100'000);
  auto fill = in.store->begin(base::sha256(bytes), bytes.size(), "");
  ASSERT_TRUE(fill.ok());

  in.ops.fail(Call::Write);
  EXPECT_FALSE((*fill)->write(0, as_bytes(bytes)).ok());
  in.ops.mend();

  EXPECT_EQ((*fill)->front(), 0U);
  EXPECT_TRUE((*fill)->write(0, as_bytes(bytes)).ok());
  EXPECT_TRUE((*fill)->commit().ok());
}

TEST(StoreFaults, OfAReadForgetTheBlob) {
  StoreInFolder in;
  const auto digest = in.put("text");

  in.ops.fail(Call::Read);
  const auto failed = in.store->load(digest, "", 1 << 30);
  in.ops.mend();

  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(in.store->size_of(digest), std::nullopt);
  EXPECT_TRUE(support::becomes_true([&] { return in.files_in("blobs") == 0; }));
}

TEST(StoreFaults, OfAnUnlinkAreMendedByTheNextStart) {
  StoreInFolder in(4096);
  in.ops.fail(Call::Remove);
  const auto first = in.put("first");
  const auto second = in.put("second");
  in.ops.mend();

  in.reopen();

  EXPECT_EQ(in.files_in("blobs"), 1U);
  EXPECT_EQ(in.store->space().usage().blobs, 1U);
  EXPECT_NE(in.store->size_of(first).has_value(), in.store->size_of(second).has_value());
}

}  // namespace
}  // namespace ecrelay::store
