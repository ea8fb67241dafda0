#include <chrono>
#include <string>

#include "unit/upstream/registry_fixture.hpp"

namespace ecrelay::upstream {
namespace {

using ecr_double::Breakage;

class RegistryBlob : public RegistryFixture {
 protected:
  CollectingSink sink_;
};

TEST_F(RegistryBlob, ComesThroughAPresignedUrlWithoutOurPassword) {
  import();

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(sink_.size, layer_bytes().size());
  EXPECT_TRUE(sink_.bytes == layer_bytes());
  EXPECT_FALSE(ecr_.log().back().has_authorization);
  EXPECT_EQ(ecr_.log().back().range, "");
}

TEST_F(RegistryBlob, TellsThatItCameFromEcrsBucket) {
  const auto bucket = ecr_.s3_url() + "/prod-us-east-1-starport-layer-bucket/1/2";
  ecr_.add_fault({.service = Service::Registry,
                  .contains = "/blobs/",
                  .fault = {.status = 307, .headers = {{"Location", bucket}}}});
  ecr_.add_fault({.service = Service::S3, .fault = {.status = 200, .body = layer_bytes()}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(reply->host, DownloadHost::EcrBucket);
  EXPECT_EQ(sink_.host, DownloadHost::EcrBucket);
}

TEST_F(RegistryBlob, ComesFromElsewhereWhileEcrDoesNotHoldIt) {
  ecr_.change([](ecr_double::Settings& settings) { settings.cdn_time = std::chrono::hours(1); });
  import();

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(reply->host, DownloadHost::Elsewhere);
  EXPECT_TRUE(sink_.bytes == layer_bytes());
}

TEST_F(RegistryBlob, ComesFromAPlainRegistryItself) {
  const auto reply = plain_.blob({"library/app"}, layer(), 0, sink_);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(reply->host, DownloadHost::Registry);
  EXPECT_TRUE(sink_.bytes == layer_bytes());
}

TEST_F(RegistryBlob, BeginsAtAnOffset) {
  import();

  const auto reply = registry_.blob({kAtEcr}, layer(), 123'456, sink_);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(sink_.size, layer_bytes().size());
  EXPECT_TRUE(sink_.bytes == layer_bytes().substr(123'456));
  EXPECT_EQ(ecr_.log().back().range, "bytes=123456-");
}

TEST_F(RegistryBlob, ThatIsNotThereIsNotFound) {
  import();

  const auto reply = registry_.blob({kAtEcr}, base::sha256("other"), 0, sink_);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::NotFound);
  EXPECT_FALSE(sink_.size);
}

TEST_F(RegistryBlob, AnExpiredDownloadIsAskedForAnew) {
  import();
  ecr_.add_fault({.service = Service::S3,
                  .count = 1,
                  .fault = {.status = 403, .body = "<Error>Request has expired</Error>"}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  EXPECT_TRUE(reply.ok());
  EXPECT_TRUE(sink_.bytes == layer_bytes());
  EXPECT_EQ(asked("blob"), 2U);
  EXPECT_EQ(tokens_->fetches(), 1U) << "it says nothing of the token";
}

TEST_F(RegistryBlob, ADownloadHostThatAlwaysRefusesIsUnreachableAndWorthRetrying) {
  import();
  ecr_.add_fault({.service = Service::S3,
                  .fault = {.status = 400, .body = "<Error><Code>ExpiredToken</Code></Error>"}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Unreachable);
  EXPECT_EQ(reply.failure().status, 400);
  EXPECT_TRUE(worth_retrying(reply.failure()));
  EXPECT_EQ(asked("blob"), 3U);
  EXPECT_EQ(tokens_->fetches(), 1U);
}

TEST_F(RegistryBlob, AnExpiredTokenIsRenewedOnce) {
  import();
  ecr_.expire_tokens();

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(tokens_->fetches(), 2U);
  EXPECT_EQ(asked("blob"), 2U);
}

TEST_F(RegistryBlob, ThatBrokeOffIsLeftToTheCaller) {
  import();
  ecr_.add_fault(
      {.service = Service::S3, .fault = {.breakage = Breakage::Reset, .after_body_bytes = 1000}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Unreachable);
  EXPECT_EQ(asked("blob"), 1U);
  EXPECT_TRUE(sink_.bytes == layer_bytes().substr(0, sink_.bytes.size()));
}

TEST_F(RegistryBlob, OfAServerThatForgetsTheRangeBeginsAtTheOffsetAllTheSame) {
  import();
  ecr_.add_fault({.service = Service::S3, .fault = {.status = 200, .body = layer_bytes()}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 299'000, sink_);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_TRUE(sink_.bytes == layer_bytes().substr(299'000));
}

TEST_F(RegistryBlob, WithoutALengthIsABadAnswer) {
  import();
  ecr_.add_fault({.service = Service::S3, .fault = {.framing = ecr_double::Framing::Chunked}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
  EXPECT_EQ(asked("blob"), 1U);
}

TEST_F(RegistryBlob, ThatTheSinkDoesNotWantIsRejectedOnce) {
  import();
  sink_.wants_pieces = 1;

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Rejected);
  EXPECT_EQ(asked("blob"), 1U);
}

TEST_F(RegistryBlob, NoFailureTellsAPresignedUrl) {
  import();
  ecr_.add_fault(
      {.service = Service::S3, .fault = {.breakage = Breakage::Reset, .after_body_bytes = 1000}});

  const auto reply = registry_.blob({kAtEcr}, layer(), 0, sink_);

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().detail.find("X-Amz"), std::string::npos) << reply.failure().detail;
}

TEST_F(RegistryBlob, ItsSizeIsToldByAGetThatIsEndedAtItsHead) {
  import();

  const auto size = registry_.blob_size({kAtEcr}, layer());
  const auto absent = registry_.blob_size({kAtEcr}, base::sha256("other"));

  ASSERT_TRUE(size.ok()) << size.failure().detail;
  EXPECT_EQ(*size, layer_bytes().size());
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.failure().kind, FailureKind::NotFound);
  for (const auto& entry : ecr_.log()) {
    EXPECT_EQ(entry.method, "GET") << "a presigned URL refuses HEAD";
  }
}

}  // namespace
}  // namespace ecrelay::upstream
