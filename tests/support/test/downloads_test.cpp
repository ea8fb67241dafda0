#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::size_t kSize = 5000;

/// A double with one imported image, and the download URL of its layer.
class Downloads : public testing::Test {
 protected:
  Downloads() : ecr_(with_image("docker.io", "library/app", image_)) {
    ask_registry(ecr_, "/v2/docker-hub/library/app/manifests/1");
  }

  std::string location() {
    const auto answer =
        ask_registry(ecr_, "/v2/docker-hub/library/app/blobs/" + first_layer(image_));
    EXPECT_EQ(answer.status, 307);
    EXPECT_TRUE(answer.body.empty());
    return answer.header("Location");
  }
  [[nodiscard]] std::string layer() const {
    return std::string(image_.blobs.at(first_layer(image_)).view());
  }
  static support::RawAnswer get(const std::string& url, HeaderList headers = {}) {
    return support::send_raw({.url = url, .headers = std::move(headers)});
  }

  Image image_ = one_layer_image(kSize);
  EcrDouble ecr_;
};

TEST_F(Downloads, RedirectToTheBucketWithAQueryThatHasToStayAsItIs) {
  const auto url = location();

  const auto answer = get(url);

  EXPECT_TRUE(url.starts_with(ecr_.s3_url()));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body == layer());
  for (const auto* const part : {"%2F", "%2B", "%3D"}) {
    EXPECT_NE(url.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(url.find(first_layer(image_).substr(7)), std::string::npos);
  EXPECT_EQ(answer.header("ETag").find(first_layer(image_).substr(7, 16)), std::string::npos);
}

struct QueryChange {
  std::string from;
  std::string to;
};

TEST_F(Downloads, RefuseAQueryThatWasDecoded) {
  const auto url = location();
  const std::vector<QueryChange> changes = {{"%2F", "/"},
                                            {"%2B", "+"},
                                            {"%3D", "="},
                                            {"%2B", "%2b"},
                                            {"X-Amz-Expires=3600", "X-Amz-Expires=9999"}};
  for (const auto& change : changes) {
    SCOPED_TRACE(change.from + " as " + change.to);
    auto changed = url;
    changed.replace(changed.find(change.from), change.from.size(), change.to);

    const auto answer = get(changed);

    EXPECT_EQ(answer.status, 403);
    EXPECT_NE(answer.body.find("<Code>SignatureDoesNotMatch</Code>"), std::string::npos);
  }
}

TEST_F(Downloads, RefuseAnAuthorizationHeader) {
  const auto answer = get(location(), {{"Authorization", "Basic QVdTOng="}});

  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("<Code>InvalidArgument</Code>"), std::string::npos);
  EXPECT_NE(answer.body.find("Only one auth mechanism allowed"), std::string::npos);
}

TEST_F(Downloads, RefuseHeadAndUnsignedRequests) {
  const auto url = location();

  const auto head = support::send_raw({.method = "HEAD", .url = url});
  const auto bare = get(url.substr(0, url.find('?')));

  EXPECT_EQ(head.status, 403);
  EXPECT_EQ(bare.status, 403);
}

TEST_F(Downloads, EndWithTheirTimeOrTheirSession) {
  const auto url = location();
  ecr_.change([](Settings& settings) { settings.clock_offset = std::chrono::hours(2); });
  const auto late = get(url);
  ecr_.change([](Settings& settings) { settings.clock_offset = {}; });
  ecr_.expire_downloads();

  const auto orphan = get(url);
  const auto renewed = get(location());

  EXPECT_EQ(late.status, 403);
  EXPECT_NE(late.body.find("Request has expired"), std::string::npos);
  EXPECT_EQ(orphan.status, 400);
  EXPECT_NE(orphan.body.find("<Code>ExpiredToken</Code>"), std::string::npos);
  EXPECT_EQ(renewed.status, 200);
}

struct RangeCase {
  std::string range;
  int status;
  std::size_t offset;
  std::size_t length;
};

TEST_F(Downloads, ServeOneRange) {
  const auto whole = layer();
  const auto size = whole.size();
  const std::vector<RangeCase> cases = {
      {"bytes=0-0", 206, 0, 1},
      {"bytes=10-19", 206, 10, 10},
      {"bytes=100-", 206, 100, size - 100},
      {"bytes=-7", 206, size - 7, 7},
      {"bytes=-999999", 206, 0, size},
      {"bytes=0-999999", 206, 0, size},
      {"bytes=0-1,5-6", 200, 0, size},
  };
  for (const auto& range : cases) {
    SCOPED_TRACE(range.range);

    const auto answer = get(location(), {{"Range", range.range}});

    EXPECT_EQ(answer.status, range.status);
    EXPECT_TRUE(answer.body == whole.substr(range.offset, range.length));
    if (range.status == 206) {
      EXPECT_EQ(answer.header("Content-Range"),
                "bytes " + std::to_string(range.offset) + "-" +
                    std::to_string(range.offset + range.length - 1) + "/" + std::to_string(size));
    }
  }
}

TEST_F(Downloads, RefuseARangePastTheEnd) {
  const auto answer = get(location(), {{"Range", "bytes=999999-"}});

  EXPECT_EQ(answer.status, 416);
  EXPECT_NE(answer.body.find("<Code>InvalidRange</Code>"), std::string::npos);
}

TEST_F(Downloads, ComeFromTheCdnForSomeTimeAfterAnImport) {
  ecr_.change([](Settings& settings) { settings.cdn_time = std::chrono::hours(1); });
  const auto early = location();
  ecr_.change([](Settings& settings) { settings.cdn_time = {}; });
  const auto late = location();

  const auto answer = get(early);
  const auto spoilt = get(early.substr(0, early.rfind("%3D")) + "=");

  EXPECT_TRUE(early.starts_with(ecr_.cdn_url()));
  EXPECT_TRUE(late.starts_with(ecr_.s3_url()));
  EXPECT_TRUE(answer.body == layer());
  EXPECT_EQ(answer.header("Server"), "cloudflare");
  EXPECT_EQ(spoilt.status, 403);
  EXPECT_EQ(ecr_.counters().bytes(Service::Cdn, "download"),
            answer.body.size() + spoilt.body.size());
}

TEST_F(Downloads, KeepTheirRate) {
  ecr_.change([&](Settings& settings) { settings.download_rate = 10 * layer().size(); });
  const auto url = location();
  const auto start = std::chrono::steady_clock::now();

  const auto answer = get(url);

  EXPECT_TRUE(answer.body == layer());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(90));
}

TEST_F(Downloads, LeaveNoSignatureInTheLog) {
  get(location());

  const auto entries = ecr_.log();

  const auto last = std::find_if(entries.begin(), entries.end(),
                                 [](const auto& entry) { return entry.service == Service::S3; });
  ASSERT_NE(last, entries.end());
  EXPECT_NE(last->query.find("X-Amz-Expires=3600"), std::string::npos);
  EXPECT_EQ(last->query.find("X-Amz-Signature"), std::string::npos);
  EXPECT_EQ(last->query.find("X-Amz-Security-Token"), std::string::npos);
  EXPECT_EQ(last->bytes_sent, layer().size());
  EXPECT_FALSE(last->has_authorization);
}

TEST(DownloadHosts, AreAsOptionsSay) {
  auto options = with_image("docker.io", "library/app", one_layer_image(10));
  options.s3_host = "prod-us-east-1-starport-layer-bucket.s3.us-east-1.localhost";
  EcrDouble ecr(options);
  ask_registry(ecr, "/v2/docker-hub/library/app/manifests/1");

  const auto answer =
      ask_registry(ecr, "/v2/docker-hub/library/app/blobs/" + first_layer(one_layer_image(10)));

  EXPECT_TRUE(answer.header("Location").starts_with("http://" + options.s3_host + ":"));
}

}  // namespace
}  // namespace ecrelay::ecr_double
