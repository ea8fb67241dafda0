// What every client needs of a mirror, a line of the contract each.

#include "base/file_ops.hpp"
#include "base/strings.hpp"
#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class MirrorContract : public RelayFixture {
 protected:
  void SetUp() override { start_relay(); }
};

TEST_F(MirrorContract, PingIs200AtOnceWithoutAChallenge) {
  for (const auto* target : {"/v2/", "/v2", "/v2/?ns=docker.io", "/job/x/v2/"}) {
    const auto answer = get(target);

    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body, "{}");
    EXPECT_EQ(answer.header("WWW-Authenticate"), "");
  }
}

TEST_F(MirrorContract, WritesAre405InTheSpecsForm) {
  for (const auto* method : {"PUT", "POST", "PATCH", "DELETE"}) {
    const auto answer = send(method, "/v2/library/x/blobs/uploads/", {}, "bytes");

    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_NE(answer.body.find("\"UNSUPPORTED\""), std::string::npos);
    EXPECT_EQ(answer.header("X-Ecrelay-Outcome"), "declined");
  }
  const auto manifest = send("PUT", "/v2/library/x/manifests/1", {}, "{}");
  ++requests_sent_;
  EXPECT_EQ(manifest.status, 405);
  EXPECT_EQ(rows().back().outcome, "declined");
  EXPECT_EQ(rows().back().reason, "unsupported");
}

TEST_F(MirrorContract, BlobsHaveLengthRangesAndDigest) {
  ASSERT_EQ(pull("sample/large", "1"), std::vector<std::string>{});
  const auto& large = image("docker.io", "sample/large");
  const auto layer = largest_blob(large);
  const std::string bytes(large.blobs.at(layer).view());
  const auto size = std::to_string(bytes.size());
  const auto target = "/v2/sample/large/blobs/" + layer;
  struct Case {
    std::string range;
    int status;
    std::string content_range;
    std::string body;
  };
  const std::vector<Case> cases = {
      {"", 200, "", bytes},
      {"bytes=0-", 206, "bytes 0-" + std::to_string(bytes.size() - 1) + "/" + size, bytes},
      {"bytes=5-9", 206, "bytes 5-9/" + size, bytes.substr(5, 5)},
      {"bytes=5-" + size, 206, "bytes 5-" + std::to_string(bytes.size() - 1) + "/" + size,
       bytes.substr(5)},
      {"bytes=-7", 206,
       "bytes " + std::to_string(bytes.size() - 7) + "-" + std::to_string(bytes.size() - 1) + "/" +
           size,
       bytes.substr(bytes.size() - 7)},
      {"bytes=" + size + "-", 416, "bytes */" + size, ""},
      {"bytes=0-1,5-6", 200, "", bytes},
      {"lines=1-2", 200, "", bytes},
  };
  for (const auto& [range, status, content_range, body] : cases) {
    Headers headers;
    if (!range.empty()) {
      headers.emplace_back("Range", range);
    }

    const auto answer = get(target, headers);

    EXPECT_EQ(answer.status, status) << range;
    EXPECT_EQ(answer.header("Content-Range"), content_range) << range;
    EXPECT_TRUE(answer.body == body) << range;
    EXPECT_EQ(answer.header("Content-Length"), std::to_string(body.size())) << range;
    EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
  }
  const auto heading = head(target);
  EXPECT_EQ(heading.header("Content-Length"), size);
  EXPECT_EQ(heading.header("Docker-Content-Digest"), layer);
}

TEST_F(MirrorContract, NothingIsEverCompressed) {
  const auto answer =
      get("/v2/library/sample-base/manifests/1", {{"Accept-Encoding", "zstd, br, gzip, deflate"}});

  EXPECT_EQ(answer.header("Content-Encoding"), "");
  EXPECT_EQ(base::sha256(answer.body).str(), image("docker.io", "library/sample-base").digest);
}

TEST_F(MirrorContract, TheStoredTypeIsServedWhateverTheClientAccepts) {
  const auto answer = get("/v2/library/sample-base/manifests/1",
                          {{"Accept", "application/vnd.docker.distribution.manifest.v2+json"}});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), ecr_double::kOciIndex);
}

TEST_F(MirrorContract, TheWaysToNameARegistryLeadToTheSameImage) {
  for (const auto* target :
       {"/v2/sample/tool/manifests/1?ns=quay.io", "/v2/quay.io/sample/tool/manifests/1",
        "/v2/quay.io/sample/tool/manifests/1?ns=quay.io",
        "/v2/job.ecrelay/some-job/quay.io/sample/tool/manifests/1",
        "/job/some-job/v2/sample/tool/manifests/1?ns=quay.io"}) {
    EXPECT_EQ(get(target).header("Docker-Content-Digest"), image("quay.io", "sample/tool").digest)
        << target;
  }
  for (const auto* target :
       {"/v2/sample-base/manifests/1",
        "/v2/library/sample-base/manifests/1?ns=registry-1.docker.io",
        "/v2/docker.io/library/sample-base/manifests/1?ns=registry-1.docker.io",
        "/v2/index.docker.io/sample-base/manifests/1"}) {
    EXPECT_EQ(get(target).header("Docker-Content-Digest"),
              image("docker.io", "library/sample-base").digest)
        << target;
  }
}

TEST_F(MirrorContract, BadNamesAre400InTheSpecsForm) {
  for (const auto* target : {"/v2/library/x/blobs/sha256:abc", "/v2/UPPER/manifests/1",
                             "/v2/library/x/manifests/.bad", "/v2/library/%zz/manifests/1"}) {
    const auto answer = get(target);

    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_NE(answer.body.find("\"errors\""), std::string::npos);
  }
  --requests_sent_;  // the last names nothing: it is no request of the statistics
}

TEST_F(MirrorContract, RequestsBelongToTheJobTheyName) {
  stats::Job job;
  job.id = "job-a";
  ASSERT_TRUE(relay_->jobs().open(job).ok());
  const auto endpoint = relay_->open_job_listener("job-a");
  ASSERT_TRUE(endpoint.ok());
  const auto default_job = relay_->jobs().default_id();

  get("/v2/library/sample-base/manifests/1");
  get("/v2/library/sample-base/manifests/1", {{"X-Ecrelay-Job", "job-a"}});
  get("/job/job-a/v2/library/sample-base/manifests/1");
  get("/v2/job.ecrelay/job-a/library/sample-base/manifests/1");
  get("/v2/job.ecrelay/unknown/library/sample-base/manifests/1");
  support::send_raw({.url = *endpoint + "/v2/library/sample-base/manifests/1"});
  ++requests_sent_;

  const auto all = rows();
  EXPECT_EQ(all[0].job_id, default_job);
  EXPECT_EQ(all[1].job_id, "job-a");
  EXPECT_EQ(all[2].job_id, "job-a");
  EXPECT_EQ(all[3].job_id, "job-a");
  EXPECT_EQ(all[4].job_id, default_job);
  EXPECT_EQ(all[5].job_id, "job-a");
}

TEST_F(MirrorContract, ARelaysAuthorizationHeaderOfTheClientGoesNowhere) {
  get("/v2/library/sample-base/manifests/1", {{"Authorization", "Basic dXNlcjpodWItcGFzc3dvcmQ="}});

  for (const auto& entry : ecr_.log()) {
    if (entry.service == Service::S3 || entry.service == Service::Cdn ||
        entry.service == Service::Upstream) {
      EXPECT_FALSE(entry.has_authorization) << entry.path;
    }
  }
}

TEST_F(MirrorContract, BeyondLoopbackTheClientTokenIsAskedFor) {
  const auto token_file = folder_.file("client-token");
  ASSERT_TRUE(base::write_file(token_file, "client-secret\n").ok());
  start_relay([&](config::ServeOptions& options) {
    options.listen = {{"0.0.0.0", 0}};
    options.allow_remote = true;
    options.client_token_file = token_file.string();
  });
  const auto target = "http://127.0.0.1" +
                      relay_->endpoint().substr(relay_->endpoint().rfind(':')) +
                      "/v2/library/sample-base/manifests/1";

  const auto without = support::send_raw({.url = target});
  const auto bearer =
      support::send_raw({.url = target, .headers = {{"Authorization", "Bearer client-secret"}}});
  const auto basic = support::send_raw(
      {.url = target,
       .headers = {{"Authorization", "Basic " + base::base64_encode("any:client-secret")}}});
  requests_sent_ += 2;

  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(bearer.status, 200);
  EXPECT_EQ(basic.status, 200);
}

}  // namespace
}  // namespace ecrelay
