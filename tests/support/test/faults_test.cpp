#include "support/ecr_double/faults.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

using support::Ending;

constexpr std::size_t kSize = 300'000;

class FaultTest : public testing::Test {
 protected:
  FaultTest() : ecr_(with_image("docker.io", "library/app", image_)) {}

  support::RawAnswer get_blob(HeaderList headers = {},
                              std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    return support::send_raw(
        {.url = ecr_.upstream_url() + "/v2/library/app/blobs/" + first_layer(image_),
         .headers = std::move(headers),
         .timeout = timeout});
  }
  void add(Fault fault) {
    ecr_.add_fault({.service = Service::Upstream, .contains = "/blobs/", .fault = fault});
  }
  [[nodiscard]] std::string layer() const {
    return std::string(image_.blobs.at(first_layer(image_)).view());
  }

  Image image_ = one_layer_image(kSize);
  EcrDouble ecr_;
};

TEST_F(FaultTest, AnswersInPlaceOfTheService) {
  add({.status = 503, .body = "later", .headers = {{"Retry-After", "7"}}});

  const auto answer = get_blob();

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "later");
  EXPECT_EQ(answer.header("Retry-After"), "7");
}

TEST_F(FaultTest, ResetsBeforeTheHead) {
  add({.breakage = Breakage::Reset});

  const auto answer = get_blob();

  EXPECT_EQ(answer.ending, Ending::Reset);
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(ecr_.log().back().status, 0);
}

TEST_F(FaultTest, ResetsInTheMiddleOfTheBody) {
  add({.breakage = Breakage::Reset, .after_body_bytes = 100'000});

  const auto answer = get_blob();

  EXPECT_EQ(answer.ending, Ending::Reset);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body == layer().substr(0, 100'000));
  EXPECT_EQ(ecr_.counters().bytes(Service::Upstream, "blob"), 100'000U);
}

TEST_F(FaultTest, EndsABodyShortWithFin) {
  add({.breakage = Breakage::Close, .after_body_bytes = 7});

  const auto answer = get_blob();

  EXPECT_EQ(answer.ending, Ending::Short);
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(layer().size()));
  EXPECT_EQ(answer.body.size(), 7U);
}

TEST_F(FaultTest, HangsAtTheHeadOrInTheBody) {
  ecr_.add_fault({.nth = 1, .fault = {.breakage = Breakage::Hang}});
  ecr_.add_fault({.nth = 2, .fault = {.breakage = Breakage::Hang, .after_body_bytes = 5}});

  const auto at_head = get_blob({}, std::chrono::milliseconds(50));
  const auto in_body = get_blob({}, std::chrono::milliseconds(50));

  EXPECT_EQ(at_head.ending, Ending::TimedOut);
  EXPECT_EQ(at_head.status, 0);
  EXPECT_EQ(in_body.ending, Ending::TimedOut);
  EXPECT_EQ(in_body.body.size(), 5U);
}

TEST_F(FaultTest, EndsWithTheDoubleWhileARequestHangs) {
  auto ecr = std::make_unique<EcrDouble>();
  ecr->add_fault({.fault = {.breakage = Breakage::Hang}});
  const auto url = ecr->registry_url() + "/v2/";
  auto hanging = std::async(std::launch::async, [&] { return support::send_raw({.url = url}); });
  while (ecr->log().empty()) {
    std::this_thread::yield();
  }

  ecr.reset();

  EXPECT_NE(hanging.get().ending, Ending::TimedOut);
}

TEST_F(FaultTest, AltersOneByteOfTheEntityInWhateverRangeHoldsIt) {
  add({.altered_byte = 150'000});
  auto expected = layer();
  expected[150'000] = static_cast<char>(~expected[150'000]);

  const auto whole = get_blob();
  const auto with = get_blob({{"Range", "bytes=149999-150001"}});
  const auto without = get_blob({{"Range", "bytes=0-149999"}});

  EXPECT_TRUE(whole.body == expected);
  EXPECT_TRUE(with.body == expected.substr(149'999, 3));
  EXPECT_TRUE(without.body == layer().substr(0, 150'000));
}

TEST_F(FaultTest, SendsChunksWithoutALength) {
  add({.framing = Framing::Chunked});

  const auto answer = get_blob();

  EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(answer.header("Content-Length").empty());
  EXPECT_GT(answer.body.size(), layer().size());
  EXPECT_TRUE(answer.body.ends_with("\r\n0\r\n\r\n"));
}

TEST_F(FaultTest, Delays) {
  add({.delay = std::chrono::milliseconds(60)});
  const auto start = std::chrono::steady_clock::now();

  const auto answer = get_blob();

  EXPECT_EQ(answer.status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(60));
}

struct DueCase {
  std::string name;
  FaultRule rule;
  std::vector<int> statuses;
};

TEST_F(FaultTest, StrikesTheRequestsThatTheRuleNames) {
  const Fault teapot{.status = 418};
  const std::vector<DueCase> cases = {
      {"all", {.fault = teapot}, {418, 418, 418, 418}},
      {"second", {.nth = 2, .fault = teapot}, {200, 418, 200, 200}},
      {"every other", {.every = 2, .fault = teapot}, {200, 418, 200, 418}},
      {"first two", {.count = 2, .fault = teapot}, {418, 418, 200, 200}},
      {"other method", {.method = "HEAD", .fault = teapot}, {200, 200, 200, 200}},
      {"other service", {.service = Service::S3, .fault = teapot}, {200, 200, 200, 200}},
      {"other path", {.contains = "/manifests/", .fault = teapot}, {200, 200, 200, 200}},
  };
  for (const auto& due : cases) {
    SCOPED_TRACE(due.name);
    ecr_.clear_faults();
    ecr_.add_fault(due.rule);
    std::vector<int> statuses;

    for (std::size_t i = 0; i < due.statuses.size(); ++i) {
      statuses.push_back(get_blob().status);
    }

    EXPECT_EQ(statuses, due.statuses);
  }
}

}  // namespace
}  // namespace ecrelay::ecr_double
