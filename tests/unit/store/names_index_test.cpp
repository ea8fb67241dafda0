#include "store/names_index.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "unit/store/store_fixture.hpp"

namespace ecrelay::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const RepositoryName kNode{"docker.io", "library/node"};
const RepositoryName kOther{"quay.io", "library/node"};

/// An index on a file, over a store that holds what `held` says.
struct IndexInFolder {
  void reopen() {
    index.reset();
    index = std::make_unique<NamesIndex>(
        file, [this](const base::Digest& digest) { return held.contains(digest); });
  }

  support::TempFolder folder;
  base::Path file = folder.path() / "index.db";
  std::set<base::Digest> held;
  std::unique_ptr<NamesIndex> index;
};

TEST(NamesIndex, KnowsTheTagsOfEachRepositoryApart) {
  NamesIndex index;
  const TagRecord record{digest_no(1), base::from_unix_micros(1234)};

  index.set_tag(kNode, "20", record);

  ASSERT_TRUE(index.tag(kNode, "20").has_value());
  EXPECT_EQ(index.tag(kNode, "20")->digest, digest_no(1));
  EXPECT_EQ(index.tag(kNode, "20")->asked_at, base::from_unix_micros(1234));
  EXPECT_FALSE(index.tag(kNode, "21").has_value());
  EXPECT_FALSE(index.tag(kOther, "20").has_value());
}

TEST(NamesIndex, AllowsADigestInTheRepositoryThatNamedItAlone) {
  NamesIndex index;

  index.allow(kNode, digest_no(1), {.media_type = "a/b", .size = 5, .parent = digest_no(2)});

  const auto content = index.content(kNode, digest_no(1));
  ASSERT_TRUE(content.has_value());
  EXPECT_EQ(content->media_type, "a/b");
  EXPECT_EQ(content->size, 5U);
  EXPECT_EQ(content->parent, digest_no(2));
  EXPECT_FALSE(index.content(kOther, digest_no(1)).has_value());
  EXPECT_FALSE(index.content(kNode, digest_no(2)).has_value());
}

TEST(NamesIndex, ForgetsNothingForABareConfirmation) {
  NamesIndex index;
  index.allow(
      kNode, digest_no(1),
      {.kind = ContentKind::Manifest, .media_type = "a/b", .size = 5, .parent = digest_no(2)});

  index.allow(kNode, digest_no(1), {.kind = ContentKind::Blob});

  const auto content = index.content(kNode, digest_no(1));
  ASSERT_TRUE(content.has_value());
  EXPECT_EQ(content->media_type, "a/b");
  EXPECT_EQ(content->parent, digest_no(2));
  EXPECT_EQ(content->kind, ContentKind::Manifest);
  EXPECT_EQ(content->size, 5U);
}

TEST(NamesIndex, TakesWhatALaterManifestSays) {
  NamesIndex index;
  index.allow(kNode, digest_no(1), {.media_type = "a/b", .size = 5, .parent = digest_no(2)});

  index.allow(kNode, digest_no(1), {.media_type = "c/d", .size = 5, .parent = digest_no(3)});

  EXPECT_EQ(index.content(kNode, digest_no(1))->media_type, "c/d");
  EXPECT_EQ(index.content(kNode, digest_no(1))->parent, digest_no(3));
}

TEST(NamesIndex, FindsATagThatLeadsToADigestItselfOrThroughItsIndex) {
  NamesIndex index;
  index.set_tag(kNode, "20", {digest_no(1), {}});
  index.allow(kNode, digest_no(2), {.kind = ContentKind::Manifest, .parent = digest_no(1)});
  index.allow(kNode, digest_no(3), {.kind = ContentKind::Manifest, .parent = digest_no(9)});

  EXPECT_EQ(index.tag_leading_to(kNode, digest_no(1)), "20");
  EXPECT_EQ(index.tag_leading_to(kNode, digest_no(2)), "20");
  EXPECT_EQ(index.tag_leading_to(kNode, digest_no(3)), std::nullopt);
  EXPECT_EQ(index.tag_leading_to(kNode, digest_no(4)), std::nullopt);
  EXPECT_EQ(index.tag_leading_to(kOther, digest_no(1)), std::nullopt);
}

TEST(NamesIndex, ForgetsTheOldDigestOfATagThatMoved) {
  NamesIndex index;
  index.set_tag(kNode, "20", {digest_no(1), {}});

  index.set_tag(kNode, "20", {digest_no(2), {}});

  EXPECT_EQ(index.tag_leading_to(kNode, digest_no(1)), std::nullopt);
  EXPECT_EQ(index.tag_leading_to(kNode, digest_no(2)), "20");
}

TEST(NamesIndex, TakesNoAnswerThatIsOlderThanTheOneItKnows) {
  NamesIndex index;
  index.set_tag(kNode, "20", {digest_no(2), base::from_unix_micros(2)});

  index.set_tag(kNode, "20", {digest_no(1), base::from_unix_micros(1)});

  EXPECT_EQ(index.tag(kNode, "20")->digest, digest_no(2));
}

TEST(NamesIndex, KeepsNamesOverARestart) {
  IndexInFolder in;
  in.reopen();
  in.held = {digest_no(1), digest_no(2)};
  in.index->set_tag(kNode, "20", {digest_no(1), base::from_unix_micros(1234)});
  in.index->allow(kNode, digest_no(1),
                  {.kind = ContentKind::Manifest, .media_type = "a/b", .size = 5});
  in.index->allow(kNode, digest_no(2),
                  {.media_type = "c/d", .size = 1ULL << 40, .parent = digest_no(1)});

  in.reopen();

  ASSERT_TRUE(in.index->tag(kNode, "20").has_value());
  EXPECT_EQ(in.index->tag(kNode, "20")->digest, digest_no(1));
  EXPECT_EQ(in.index->tag(kNode, "20")->asked_at, base::from_unix_micros(1234));
  const auto manifest = in.index->content(kNode, digest_no(1));
  const auto blob = in.index->content(kNode, digest_no(2));
  ASSERT_TRUE(manifest && blob);
  EXPECT_EQ(manifest->kind, ContentKind::Manifest);
  EXPECT_EQ(manifest->parent, std::nullopt);
  EXPECT_EQ(blob->kind, ContentKind::Blob);
  EXPECT_EQ(blob->media_type, "c/d");
  EXPECT_EQ(blob->size, 1ULL << 40);
  EXPECT_EQ(blob->parent, digest_no(1));
}

TEST(NamesIndex, DropsAtTheStartWhatTheStoreHoldsNoMore) {
  IndexInFolder in;
  in.reopen();
  in.held = {digest_no(1)};
  in.index->set_tag(kNode, "held", {digest_no(1), {}});
  in.index->set_tag(kNode, "gone", {digest_no(5), {}});
  in.index->allow(kNode, digest_no(2), {.parent = digest_no(1)});
  in.index->allow(kNode, digest_no(3), {.parent = digest_no(5)});

  in.reopen();

  EXPECT_TRUE(in.index->tag(kNode, "held").has_value());
  EXPECT_FALSE(in.index->tag(kNode, "gone").has_value());
  EXPECT_TRUE(in.index->content(kNode, digest_no(2)).has_value());  // its manifest is held
  EXPECT_FALSE(in.index->content(kNode, digest_no(3)).has_value());
}

TEST(NamesIndex, SetsACorruptFileAsideAndBeginsAnew) {
  IndexInFolder in;
  std::ofstream(in.file, std::ios::binary) << std::string(100'000, 'x');
  in.held = {digest_no(1)};

  in.reopen();
  in.index->set_tag(kNode, "20", {digest_no(1), {}});
  in.reopen();

  EXPECT_TRUE(in.index->tag(kNode, "20").has_value());
  int set_aside = 0;
  for (const auto& entry : fs::directory_iterator(in.folder.path())) {
    set_aside += entry.path().filename().string().starts_with("index.db.corrupt-") ? 1 : 0;
  }
  EXPECT_EQ(set_aside, 1);
}

TEST(NamesIndex, WorksInMemoryWhereItsFileCannotBeUsed) {
  IndexInFolder in;
  in.file = in.folder.path() / "no-such-folder" / "index.db";
  in.held = {digest_no(1)};

  in.reopen();
  in.index->set_tag(kNode, "20", {digest_no(1), {}});

  EXPECT_TRUE(in.index->tag(kNode, "20").has_value());
}

TEST(NamesIndex, ServesManyThreadsAtOnce) {
  IndexInFolder in;
  in.reopen();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    in.held.insert(digest_no(t));
  }

  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto tag = std::to_string(t) + "-" + std::to_string(i);
        in.index->set_tag(kNode, tag, {digest_no(t), {}});
        in.index->allow(kNode, digest_no(t), {.size = 1});
        EXPECT_EQ(in.index->tag(kNode, tag)->digest, digest_no(t));
        EXPECT_TRUE(in.index->tag_leading_to(kNode, digest_no(t)).has_value());
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  in.reopen();

  EXPECT_TRUE(in.index->tag(kNode, "7-49").has_value());
}

}  // namespace
}  // namespace ecrelay::store
