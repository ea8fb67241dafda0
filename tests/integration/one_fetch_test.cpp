// However many clients ask, each blob is fetched once; a client that leaves stops nothing.

#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class OneFetch : public RelayFixture {};

std::uint64_t blob_bytes_fetched(const ecr_double::Counters& counters) {
  return counters.bytes(Service::S3) + counters.bytes(Service::Cdn) +
         counters.bytes(Service::Upstream, "blob");
}

TEST_F(OneFetch, SixtyFourColdClientsCostTheBytesOfOneImage) {
  start_relay();
  ecr_.change([](ecr_double::Settings& settings) {
    settings.download_rate = 4 << 20;
    settings.import_delay = std::chrono::milliseconds(50);
  });
  std::atomic<int> wrong{0};

  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 64; ++i) {
      clients.emplace_back([&] { wrong += static_cast<int>(pull("sample/large", "1").size()); });
    }
  }

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(blob_bytes_fetched(ecr_.counters()), image("docker.io", "sample/large").blob_bytes());
  const auto bytes = image("docker.io", "sample/large").blob_bytes();
  EXPECT_EQ(blob_bytes_recorded(bytes), bytes);
  std::uint64_t misses = 0;
  for (const auto& row : rows()) {
    EXPECT_TRUE(row.outcome == "miss" || row.outcome == "joined" || row.outcome == "hit")
        << row.outcome;
    if (row.kind == "blob") {
      misses += row.outcome == "miss" ? 1 : 0;
    }
  }
  EXPECT_EQ(misses, image("docker.io", "sample/large").blobs.size());
}

TEST_F(OneFetch, GoesOnWhenItsFirstClientLeaves) {
  start_relay();
  ecr_.change([](ecr_double::Settings& settings) { settings.download_rate = 512 << 10; });
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  const auto& large = image("docker.io", "sample/large");
  const auto layer = largest_blob(large);
  const auto target = "/v2/sample/large/blobs/" + layer;

  // Times out after a part of the body, and closes.
  const auto left = support::send_raw(
      {.url = relay_->endpoint() + target, .timeout = std::chrono::milliseconds(150)});
  ++requests_sent_;
  const auto second = get(target);

  EXPECT_EQ(left.ending, Ending::TimedOut);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(base::sha256(second.body).str(), layer);
  EXPECT_TRUE(second.header("X-Ecrelay-Outcome") == "joined" ||
              second.header("X-Ecrelay-Outcome") == "hit");
  EXPECT_EQ(ecr_.counters().requests(Service::S3), 1U);
  EXPECT_EQ(blob_bytes_recorded(large.blobs.at(layer).size()), large.blobs.at(layer).size());
  bool left_is_recorded = false;
  for (const auto& row : rows()) {
    left_is_recorded = left_is_recorded || (row.outcome == "miss" && row.reason == "client-left");
  }
  EXPECT_TRUE(left_is_recorded);
}

TEST_F(OneFetch, APlaceThatBringsNextToNothingIsLeftForTheNext) {
  start_relay();
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  const auto layer = largest_blob(image("docker.io", "sample/large"));
  ecr_.add_fault({.service = Service::S3,
                  .fault = {.breakage = ecr_double::Breakage::Close, .after_body_bytes = 10}});

  const auto answer = get("/v2/sample/large/blobs/" + layer);

  EXPECT_EQ(base::sha256(answer.body).str(), layer);
  EXPECT_LT(ecr_.counters().requests(Service::S3), 10U);
  EXPECT_GT(ecr_.counters().requests(Service::Upstream, "blob"), 0U);
}

TEST_F(OneFetch, RangesOfAColdBlobAreServedFromOneFetch) {
  start_relay();
  ecr_.change([](ecr_double::Settings& settings) { settings.download_rate = 1 << 20; });
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  const auto& large = image("docker.io", "sample/large");
  const auto layer = largest_blob(large);
  const std::string bytes(large.blobs.at(layer).view());
  std::atomic<int> wrong{0};

  {
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < 16; ++i) {
      clients.emplace_back([&, i] {
        const auto first = i * bytes.size() / 16;
        const auto answer = get("/v2/sample/large/blobs/" + layer,
                                {{"Range", "bytes=" + std::to_string(first) + "-"}});
        wrong += answer.status != 206 || answer.body != bytes.substr(first) ? 1 : 0;
      });
    }
  }

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(ecr_.counters().requests(Service::S3), 1U);
  EXPECT_EQ(ecr_.counters().bytes(Service::S3), bytes.size());
}

TEST_F(OneFetch, AConnectionThatBreaksIsResumedAtItsOffset) {
  start_relay();
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  const auto& large = image("docker.io", "sample/large");
  const auto layer = largest_blob(large);
  for (const auto breakage : {ecr_double::Breakage::Reset, ecr_double::Breakage::Close}) {
    ecr_.add_fault({.service = Service::S3,
                    .count = 1,
                    .fault = {.breakage = breakage, .after_body_bytes = 100'000}});
  }

  const auto answer = get("/v2/sample/large/blobs/" + layer);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(base::sha256(answer.body).str(), layer);
  EXPECT_EQ(ecr_.counters().bytes(Service::S3), large.blobs.at(layer).size());
  EXPECT_EQ(rows().back().outcome, "miss");
}

}  // namespace
}  // namespace ecrelay
