#include "store/space.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using base::ErrorCode;
using Digests = std::vector<base::Digest>;

constexpr std::uint64_t kBlock = 4096;

/// Holds a blob of one block that nobody reads.
void hold(Space& space, int number, const std::string& job = "") {
  ASSERT_TRUE(space.reserve(digest_no(number), kBlock).ok());
  space.commit(digest_no(number), kBlock, job);
  space.unpin(digest_no(number));
}

void use(Space& space, int number, const std::string& job) {
  ASSERT_TRUE(space.pin(digest_no(number), job).has_value());
  space.unpin(digest_no(number));
}

TEST(Space, RoundsSizesUpToBlocks) {
  EXPECT_EQ(Space::rounded(0), 0U);
  EXPECT_EQ(Space::rounded(1), kBlock);
  EXPECT_EQ(Space::rounded(kBlock), kBlock);
  EXPECT_EQ(Space::rounded(kBlock + 1), 2 * kBlock);
  EXPECT_GE(Space::rounded(UINT64_MAX), UINT64_MAX - kBlock);
}

TEST(Space, CountsWhatIsReservedHeldAndReleased) {
  Space space(10 * kBlock);

  ASSERT_TRUE(space.reserve(digest_no(1), kBlock + 1).ok());
  const auto reserved = space.usage();
  space.commit(digest_no(1), kBlock + 1, "");
  const auto held = space.usage();
  ASSERT_TRUE(space.reserve(digest_no(2), 1).ok());
  space.release(digest_no(2), 1);
  const auto released = space.usage();

  EXPECT_EQ(reserved.used, 2 * kBlock);
  EXPECT_EQ(reserved.reserved, 2 * kBlock);
  EXPECT_EQ(reserved.blobs, 0U);
  EXPECT_EQ(held.used, 2 * kBlock);
  EXPECT_EQ(held.reserved, 0U);
  EXPECT_EQ(held.blobs, 1U);
  EXPECT_EQ(released.used, 2 * kBlock);
  EXPECT_EQ(space.size_of(digest_no(1)), kBlock + 1);
}

TEST(Space, RefusesWhatCanNeverFitAndKeepsWhatItHas) {
  Space space(2 * kBlock);
  hold(space, 1);

  for (const std::uint64_t size : {2 * kBlock + 1, UINT64_MAX - 1, UINT64_MAX}) {
    const auto reserved = space.reserve(digest_no(2), size);
    ASSERT_FALSE(reserved.ok());
    EXPECT_EQ(reserved.error().code, ErrorCode::NoSpace);
  }

  EXPECT_TRUE(space.size_of(digest_no(1)).has_value());
  EXPECT_EQ(space.usage().used, kBlock);
}

TEST(Space, RefusesADigestThatIsHeldOrReserved) {
  Space space(4 * kBlock);
  hold(space, 1);
  ASSERT_TRUE(space.reserve(digest_no(2), 1).ok());

  EXPECT_EQ(space.reserve(digest_no(1), kBlock).error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(space.reserve(digest_no(2), 1).error().code, ErrorCode::AlreadyExists);
  space.release(digest_no(2), 1);
  EXPECT_TRUE(space.reserve(digest_no(2), 1).ok());
}

TEST(Space, EvictsTheLeastRecentlyUsedAndNoMoreThanNeeded) {
  Space space(4 * kBlock);
  for (int i = 1; i <= 4; ++i) {
    hold(space, i);
  }
  use(space, 1, "");

  const auto victims = space.reserve(digest_no(5), 2 * kBlock);

  ASSERT_TRUE(victims.ok());
  EXPECT_EQ(*victims, (Digests{digest_no(2), digest_no(3)}));
  EXPECT_FALSE(space.size_of(digest_no(2)).has_value());
  EXPECT_TRUE(space.size_of(digest_no(1)).has_value());
  EXPECT_TRUE(space.was_evicted(digest_no(2)));
  EXPECT_FALSE(space.was_evicted(digest_no(4)));
  EXPECT_EQ(space.usage().evictions, 2U);
  EXPECT_EQ(space.usage().used, 4 * kBlock);
}

TEST(Space, NeverEvictsWhatIsPinned) {
  Space space(2 * kBlock);
  hold(space, 1);
  hold(space, 2);
  ASSERT_TRUE(space.pin(digest_no(1), "").has_value());
  ASSERT_TRUE(space.pin(digest_no(1), "").has_value());
  space.unpin(digest_no(1));

  const auto both = space.reserve(digest_no(3), 2 * kBlock);
  const auto one = space.reserve(digest_no(3), kBlock);

  ASSERT_FALSE(both.ok());
  EXPECT_EQ(both.error().code, ErrorCode::NoSpace);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(*one, Digests{digest_no(2)});
}

TEST(Space, EvictsNothingWhereTheRoomWouldNotBeEnough) {
  Space space(3 * kBlock);
  hold(space, 1);
  ASSERT_TRUE(space.reserve(digest_no(2), 2 * kBlock).ok());  // being written

  const auto reserved = space.reserve(digest_no(3), 2 * kBlock);

  ASSERT_FALSE(reserved.ok());
  EXPECT_EQ(reserved.error().code, ErrorCode::NoSpace);
  EXPECT_TRUE(space.size_of(digest_no(1)).has_value());
  EXPECT_EQ(space.usage().evictions, 0U);
}

TEST(Space, SparesWhatOpenJobsUsedAsLongAsItCan) {
  Space space(3 * kBlock);
  space.job_opened("a");
  hold(space, 1, "a");
  hold(space, 2, "gone");
  hold(space, 3, "a");

  const auto first = space.reserve(digest_no(4), kBlock);
  ASSERT_TRUE(first.ok());
  const auto second = space.reserve(digest_no(5), kBlock);

  EXPECT_EQ(*first, Digests{digest_no(2)});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*second, Digests{digest_no(1)});
}

TEST(Space, SparesNothingForAJobThatClosed) {
  Space space(2 * kBlock);
  space.job_opened("a");
  hold(space, 1, "a");
  hold(space, 2, "");
  space.job_closed("a");

  const auto victims = space.reserve(digest_no(3), kBlock);

  ASSERT_TRUE(victims.ok());
  EXPECT_EQ(*victims, Digests{digest_no(1)});
}

TEST(Space, SparesForAnOpenJobWhatAnotherUsedAfterIt) {
  Space space(2 * kBlock);
  space.job_opened("a");
  space.job_opened("b");
  hold(space, 1, "a");
  use(space, 1, "b");
  use(space, 1, "");
  hold(space, 2, "");
  space.job_closed("b");

  const auto victims = space.reserve(digest_no(3), kBlock);

  ASSERT_TRUE(victims.ok());
  EXPECT_EQ(*victims, Digests{digest_no(2)});
}

TEST(Space, AdoptsInTheOrderOfUseUpToItsLimit) {
  Space space(2 * kBlock);

  EXPECT_TRUE(space.adopt(digest_no(1), 1));
  EXPECT_TRUE(space.adopt(digest_no(2), kBlock));
  EXPECT_FALSE(space.adopt(digest_no(3), 1));
  EXPECT_FALSE(space.adopt(digest_no(4), UINT64_MAX));
  const auto victims = space.reserve(digest_no(5), kBlock);

  ASSERT_TRUE(victims.ok());
  EXPECT_EQ(*victims, Digests{digest_no(1)});
}

TEST(Space, AdoptsADigestOnce) {
  Space space(4 * kBlock);

  EXPECT_TRUE(space.adopt(digest_no(1), kBlock));
  EXPECT_TRUE(space.adopt(digest_no(1), kBlock));
  EXPECT_EQ(space.usage().used, kBlock);
  const auto victims = space.reserve(digest_no(2), 4 * kBlock);

  ASSERT_TRUE(victims.ok());
  EXPECT_EQ(*victims, Digests{digest_no(1)});
}

TEST(Space, KeepsAPinOverAForgottenBlobThatComesBack) {
  Space space(2 * kBlock);
  hold(space, 1);
  ASSERT_TRUE(space.pin(digest_no(1), "").has_value());  // a reader of the old file
  ASSERT_TRUE(space.forget(digest_no(1)));
  EXPECT_FALSE(space.forget(digest_no(1)));
  ASSERT_TRUE(space.reserve(digest_no(1), kBlock).ok());
  space.commit(digest_no(1), kBlock, "");  // and of the new one

  space.unpin(digest_no(1));

  const auto reserved = space.reserve(digest_no(2), 2 * kBlock);
  ASSERT_FALSE(reserved.ok());
  space.unpin(digest_no(1));
  EXPECT_TRUE(space.reserve(digest_no(2), 2 * kBlock).ok());
}

TEST(Space, RemembersTheLastTenThousandEvictions) {
  Space space(kBlock);
  for (int i = 0; i <= 10'001; ++i) {
    hold(space, i);
  }

  EXPECT_FALSE(space.was_evicted(digest_no(0)));
  EXPECT_TRUE(space.was_evicted(digest_no(1)));
  EXPECT_TRUE(space.was_evicted(digest_no(10'000)));
  EXPECT_FALSE(space.was_evicted(digest_no(10'001)));
}

TEST(Space, NeverGrowsPastItsLimitUnderManyThreads) {
  constexpr std::uint64_t kLimit = 20 * kBlock;
  Space space(kLimit);
  std::atomic<bool> exceeded = false;
  std::vector<std::thread> threads;

  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        const auto digest = digest_no(t * 7 + i % 40);
        const auto size = kBlock * static_cast<std::uint64_t>(1 + i % 5);
        if (space.reserve(digest, size).ok()) {
          i % 3 == 0 ? space.release(digest, size) : space.commit(digest, size, "");
          if (i % 3 != 0) {
            space.unpin(digest);
          }
        }
        if (space.usage().used > kLimit) {
          exceeded = true;
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  EXPECT_FALSE(exceeded);
  EXPECT_EQ(space.usage().reserved, 0U);
}

}  // namespace
}  // namespace ecrelay::store
