#include "upstream/blob_download.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/upstream/collecting_sink.hpp"

namespace ecrelay::upstream {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(BlobDownload, PassesAWholeBlobOn) {
  CollectingSink sink;
  BlobDownload download(0, sink);

  EXPECT_TRUE(download.on_head(200, {{"Content-Length", "10"}}));
  EXPECT_TRUE(download.on_body(bytes_of("01234")));
  EXPECT_TRUE(download.on_body(bytes_of("56789")));

  EXPECT_TRUE(download.good());
  EXPECT_EQ(sink.size, 10U);
  EXPECT_EQ(sink.bytes, "0123456789");
  EXPECT_EQ(download.delivered(), 10U);
  EXPECT_EQ(download.host(), DownloadHost::Registry);
}

TEST(BlobDownload, SkipsWhatComesBeforeTheOffsetWhereRangeIsIgnored) {
  CollectingSink sink;
  BlobDownload download(7, sink);

  EXPECT_TRUE(download.on_head(200, {{"Content-Length", "10"}}));
  EXPECT_TRUE(download.on_body(bytes_of("01234")));
  EXPECT_TRUE(download.on_body(bytes_of("56789")));

  EXPECT_EQ(sink.size, 10U);
  EXPECT_EQ(sink.bytes, "789");
  EXPECT_EQ(sink.pieces, 1) << "a piece that is skipped whole does not reach the sink";
  EXPECT_EQ(download.delivered(), 3U);
}

TEST(BlobDownload, TakesTheRangeThatWasAskedFor) {
  CollectingSink sink;
  BlobDownload download(7, sink);

  EXPECT_TRUE(download.on_head(206, {{"Content-Length", "3"}, {"Content-Range", "bytes 7-9/10"}}));
  EXPECT_TRUE(download.on_body(bytes_of("789")));

  EXPECT_TRUE(download.nonsense().empty());
  EXPECT_EQ(sink.size, 10U);
  EXPECT_EQ(sink.bytes, "789");
}

TEST(BlobDownload, RefusesAnotherRange) {
  for (const auto* range :
       {"bytes 0-9/10", "bytes 8-9/10", "bytes 7-9/*", "bytes */10", "bytes 7-8/10", "bytes 7-9/9",
        "bytes 7-6/7", "bytes7-9/10", "7-9/10", "bytes x-9/10", "", "bytes 9/10"}) {
    CollectingSink sink;
    BlobDownload download(7, sink);

    const bool goes_on = download.on_head(206, {{"Content-Range", range}});

    EXPECT_FALSE(goes_on) << range;
    EXPECT_FALSE(download.nonsense().empty()) << range;
    EXPECT_FALSE(sink.size) << range;
  }
}

TEST(BlobDownload, RefusesABlobWithoutAUsableLength) {
  struct Case {
    net::Headers headers;
    const char* why;
  };
  for (const auto& [headers, why] :
       {Case{{}, "none, as with chunked"}, Case{{{"Content-Length", "ten"}}, "no number"},
        Case{{{"Content-Length", "-1"}}, "negative"}, Case{{{"Content-Length", "6"}}, "shorter"}}) {
    CollectingSink sink;
    BlobDownload download(7, sink);

    const bool goes_on = download.on_head(200, headers);

    EXPECT_FALSE(goes_on) << why;
    EXPECT_FALSE(download.nonsense().empty()) << why;
    EXPECT_FALSE(sink.size) << why;
  }
}

TEST(BlobDownload, KeepsTheBodyOfAnErrorAndNoMoreThanThat) {
  CollectingSink sink;
  BlobDownload download(0, sink);

  EXPECT_TRUE(download.on_head(404, {{"Content-Length", "5"}, {"X-Kept", "yes"}}));
  EXPECT_TRUE(download.on_body(bytes_of("error")));
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(download.on_body(bytes_of(std::string(20'000, '.'))));
  }

  EXPECT_FALSE(download.good());
  EXPECT_EQ(download.status(), 404);
  EXPECT_EQ(download.headers().get("X-Kept"), "yes");
  EXPECT_EQ(download.error_body().substr(0, 6), "error.");
  EXPECT_EQ(download.error_body().size(), 64U * 1024);
  EXPECT_FALSE(sink.size);
  EXPECT_EQ(sink.pieces, 0);
}

TEST(BlobDownload, EndsWhereTheSinkWantsNoMore) {
  CollectingSink sink;
  sink.wants_pieces = 1;
  BlobDownload download(0, sink);
  ASSERT_TRUE(download.on_head(200, {{"Content-Length", "10"}}));

  EXPECT_TRUE(download.on_body(bytes_of("01234")));
  EXPECT_FALSE(download.on_body(bytes_of("56789")));

  EXPECT_TRUE(download.nonsense().empty()) << "it is no fault of the server";
}

TEST(BlobDownload, TellsEcrsBucketFromOtherHosts) {
  CollectingSink sink;
  BlobDownload download(0, sink);

  download.redirected(*base::Url::parse("https://cdn.example.com/a"));
  EXPECT_EQ(download.host(), DownloadHost::Elsewhere);
  download.redirected(*base::Url::parse(
      "https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/a/b?X-Amz-Date=1"));
  EXPECT_EQ(download.host(), DownloadHost::EcrBucket);
  ASSERT_TRUE(download.on_head(200, {{"Content-Length", "0"}}));

  EXPECT_EQ(sink.host, DownloadHost::EcrBucket);
}

TEST(EcrBucket, IsKnownByHostOrFirstPathComponent) {
  struct Case {
    const char* url;
    bool expected;
  };
  const Case cases[] = {
      {"https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/x", true},
      {"https://prod-eu-west-1-starport-layer-bucket.s3.dualstack.eu-west-1.amazonaws.com/x", true},
      {"https://s3.us-east-1.amazonaws.com/prod-us-east-1-starport-layer-bucket/x/y", true},
      {"http://127.0.0.1:9000/prod-us-east-1-starport-layer-bucket", true},
      {"https://s3.us-east-1.amazonaws.com/other/prod-us-east-1-starport-layer-bucket/x", false},
      {"https://production.cloudflare.docker.com/registry-v2/docker/x", false},
      {"https://d2glxqk2uabbnd.cloudfront.net/x?for=starport-layer-bucket", false},
      {"https://docker-images-prod.s3.amazonaws.com/x", false},
  };
  for (const auto& [url, expected] : cases) {
    EXPECT_EQ(is_ecr_bucket(*base::Url::parse(url)), expected) << url;
  }
}

}  // namespace
}  // namespace ecrelay::upstream
