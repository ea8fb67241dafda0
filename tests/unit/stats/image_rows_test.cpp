#include "stats/image_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "recorded_jobs.hpp"
#include "stats/report.hpp"

namespace ecrelay::stats {
namespace {

class ImageRowsTest : public RecordedJobs {
 protected:
  ImageRowsTest() {
    Job job;
    job.id = "j1";
    job.started_at = 1;
    recorder_->upsert_job(job);
    note_index("index", {"amd64", "arm64"});
    note_manifest("amd64", {"layer1", "layer2"});
    note_manifest("arm64", {"layer3"});
    note_manifest("other", {"layer1", "layer4"});
  }
  void note_index(std::string_view name, const std::vector<std::string>& children) {
    ImageContent content{digest_of(name), {}, {}};
    for (const auto& child : children) {
      content.children.push_back(digest_of(child));
    }
    recorder_->note_image(content);
  }
  void note_manifest(const std::string& name, const std::vector<std::string>& layers) {
    ImageContent content{digest_of(name), {}, {{digest_of(name + "-config"), 5, BlobRole::Config}}};
    for (const auto& layer : layers) {
      content.blobs.push_back({digest_of(layer), 100, BlobRole::Layer});
    }
    recorder_->note_image(content);
  }
  std::vector<ImageFigures> images() {
    auto db = database();
    auto report = make_report(db, "j1");
    EXPECT_TRUE(report.ok());
    return report->images;
  }
};

std::vector<RequestEvent> cold_pull_of_index() {
  return {manifest("20", "index", Outcome::Miss),
          manifest(digest_of("index"), "index", Outcome::Hit),
          manifest(digest_of("amd64"), "amd64", Outcome::Miss),
          blob("amd64-config", Outcome::Miss, 5, 5),
          blob("layer1", Outcome::Miss, 100, 100),
          blob("layer2", Outcome::Hit, 100, 0)};
}

void expect_one_image(const std::vector<ImageFigures>& images) {
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].name(), "docker.io/library/node:20");
  EXPECT_EQ(images[0].digest, digest_of("index"));
  EXPECT_EQ(images[0].outcome, Outcome::Miss);
  EXPECT_EQ(images[0].layers, 2U);
  EXPECT_EQ(images[0].layers_from_store, 1U);
  EXPECT_EQ(images[0].bytes, 205U);
  EXPECT_EQ(images[0].bytes_fetched, 105U);
}

TEST_F(ImageRowsTest, APullOfAnIndexIsOneImage) {
  for (const auto& event : cold_pull_of_index()) {
    record(event);
  }

  expect_one_image(images());
}

TEST_F(ImageRowsTest, TheOrderOfRecordingDoesNotMatter) {
  auto events = cold_pull_of_index();
  std::reverse(events.begin(), events.end());

  for (const auto& event : events) {
    record(event);
  }

  expect_one_image(images());
}

TEST_F(ImageRowsTest, AnImageByDigestAloneHasItsOwnRow) {
  record(manifest(digest_of("amd64"), "amd64", Outcome::Hit));
  record(blob("layer1", Outcome::Hit, 100, 0));

  const auto found = images();

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name(), "docker.io/library/node@" + digest_of("amd64"));
  EXPECT_EQ(found[0].outcome, Outcome::Hit);
  EXPECT_EQ(found[0].layers_from_store, 1U);
}

TEST_F(ImageRowsTest, JobsAndRepositoriesAreApart) {
  record(manifest("20", "amd64", Outcome::Hit));
  auto elsewhere = blob("layer1", Outcome::Hit, 100, 0);
  elsewhere.repository = "library/other";
  record(elsewhere);
  auto another_job = blob("layer1", Outcome::Hit, 100, 0);
  another_job.job_id = "j2";
  record(another_job);

  const auto found = images();

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].layers, 0U);
  EXPECT_EQ(**database().integer("SELECT count(*) FROM request WHERE image_id IS NULL"), 2);
}

TEST_F(ImageRowsTest, ASharedLayerBelongsToTheImageAskedForLast) {
  record(manifest("20", "amd64", Outcome::Miss));
  record(blob("layer1", Outcome::Miss, 100, 100));
  record(manifest("22", "other", Outcome::Miss));
  record(blob("layer1", Outcome::Hit, 100, 0));

  const auto found = images();

  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].bytes, 100U);
  EXPECT_EQ(found[0].layers_from_store, 0U);
  EXPECT_EQ(found[1].bytes, 100U);
  EXPECT_EQ(found[1].layers_from_store, 1U);
}

TEST_F(ImageRowsTest, ATagThatMovedIsTwoImages) {
  record(manifest("20", "amd64", Outcome::Hit));
  record(manifest("20", "other", Outcome::Miss));

  EXPECT_EQ(images().size(), 2U);
}

TEST_F(ImageRowsTest, ADeclinedImageIsListedWithoutADigest) {
  record(manifest("20", "", Outcome::Declined));

  const auto found = images();

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].digest, "");
  EXPECT_EQ(found[0].outcome, Outcome::Declined);
}

TEST_F(ImageRowsTest, AnIndexTakesTheWordOfTheChildThatWasPulled) {
  auto index = manifest("20", "index", Outcome::Miss);
  index.ecr_cache = EcrCache::Import;
  auto child = manifest(digest_of("amd64"), "amd64", Outcome::Miss);
  child.ecr_cache = EcrCache::Hit;

  record(index);
  record(child);

  EXPECT_EQ(images().at(0).ecr_cache, EcrCache::Hit);
}

TEST_F(ImageRowsTest, TimeUnderWayCountsOnceWhereRequestsOverlap) {
  auto first = manifest("20", "amd64", Outcome::Miss);
  first.at = 1'000;
  first.duration_us = 100;
  auto second = blob("layer1", Outcome::Miss, 1, 1);
  second.at = 1'050;
  second.duration_us = 100;
  auto inside = blob("layer2", Outcome::Miss, 1, 1);
  inside.at = 1'060;
  inside.duration_us = 10;
  auto later = blob("layer2", Outcome::Hit, 1, 0);
  later.at = 9'000;
  later.duration_us = 30;

  for (const auto& event : {first, second, inside, later}) {
    recorder_->record(event);
  }

  EXPECT_EQ(images().at(0).duration_us, 150 + 30);
}

}  // namespace
}  // namespace ecrelay::stats
