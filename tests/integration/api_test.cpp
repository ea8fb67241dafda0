// The HTTP API beside /v2, on a real relay: who may do what, and what others script against.

#include "app/control_token.hpp"
#include "app/http_api.hpp"
#include "base/file_ops.hpp"
#include "base/strings.hpp"
#include "integration/relay_fixture.hpp"
#include "stats/json_document.hpp"

namespace ecrelay {
namespace {

class Api : public RelayFixture {
 protected:
  void SetUp() override {
    start_relay();
    ASSERT_TRUE(app::serve_api(*relay_, base::Environment::from_map({})).ok());
    const auto token = base::read_file(app::control_token_path(folder_.path() / "state"));
    ASSERT_TRUE(token.ok()) << token.error().message;
    token_ = std::string(base::trim(*token));
  }
  Headers authorized() { return {{"Authorization", "Bearer " + token_}}; }
  static stats::Json json(const RawAnswer& answer) {
    auto document = stats::Json::parse(answer.body);
    EXPECT_TRUE(document.ok()) << answer.body;
    return document.ok() ? *document : stats::Json();
  }
  std::string token_;
};

TEST_F(Api, HealthReadinessAndMetricsAnswer) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  const auto metrics = get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("# TYPE ecrelay_requests_total counter"), std::string::npos);
  EXPECT_NE(metrics.body.find("ecrelay_rules 3"), std::string::npos);
  get("/v2/library/sample-base/manifests/1");
  EXPECT_NE(get("/metrics").body.find("ecrelay_upstream_requests_total{place=\"ecr\"} 1"),
            std::string::npos);
  EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(Api, ReadinessSaysWhyNot) {
  ecr_.change([](ecr_double::Settings& settings) {
    settings.denied_actions = {"ecr:DescribePullThroughCacheRules"};
  });
  SetUp();

  const auto answer = get("/readyz");

  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("ecr:DescribePullThroughCacheRules"), std::string::npos)
      << answer.body;
}

TEST_F(Api, WritingNeedsTheControlToken) {
  for (const auto* target : {"/api/v1/jobs", "/api/v1/shutdown", "/api/v1/jobs/current/close"}) {
    EXPECT_EQ(send("POST", target, {}, "{}").status, 401) << target;
    EXPECT_EQ(send("POST", target, {{"Authorization", "Bearer wrong"}}, "{}").status, 401);
  }
  EXPECT_FALSE(relay_->wait_for_stop(base::Deadline::after(std::chrono::milliseconds(0))));
}

TEST_F(Api, AJobHasAListenerItsRequestsAndAReport) {
  const auto created =
      send("POST", "/api/v1/jobs", authorized(), R"({"id":"build-7","name":"build"})");
  ASSERT_EQ(created.status, 201) << created.body;
  const auto endpoint = json(created).get("endpoint").as_string().value_or("");
  EXPECT_EQ(json(created).get("id").as_string(), "build-7");
  for (const auto* form : {"dockerd", "hosts_toml", "buildkit", "header"}) {
    EXPECT_NE(created.body.find("\"" + std::string(form) + "\""), std::string::npos);
  }

  const auto pulled = support::send_raw({.url = endpoint + "/v2/library/sample-base/manifests/1"});
  ++requests_sent_;
  const auto closed =
      send("POST", "/api/v1/jobs/build-7/close", authorized(), R"({"status":"success"})");
  const auto report = get("/api/v1/jobs/build-7/report?format=json");

  EXPECT_EQ(pulled.status, 200);
  EXPECT_EQ(closed.status, 200) << closed.body;
  EXPECT_EQ(report.status, 200);
  EXPECT_EQ(json(report).get("totals").get("requests").as_int(), 1);
  EXPECT_EQ(json(report).get("job").get("status").as_string(), "success");
  EXPECT_EQ(get("/api/v1/jobs/build-7/report?format=markdown").status, 200);
  EXPECT_EQ(get("/api/v1/jobs/build-7/report?format=nonsense").status, 400);
  EXPECT_EQ(get("/api/v1/jobs/nobody").status, 404);
}

TEST_F(Api, AForeignHostIsRefused) {
  for (const auto* target : {"/", "/api/v1/status"}) {
    EXPECT_EQ(
        support::send_raw({.url = relay_->endpoint() + target, .headers = {{"X-Padding", "1"}}})
            .status,
        200);
  }
  const auto port = relay_->endpoint().substr(relay_->endpoint().rfind(':'));
  const auto rebound = support::send_raw(
      {.url = relay_->endpoint() + "/api/v1/status", .headers = {{"Host", "evil.example" + port}}});
  EXPECT_NE(rebound.status, 200) << "DNS rebinding";
}

TEST_F(Api, StatusNamesTheIdentityAndNeverASecret) {
  const auto status = get("/api/v1/status");

  EXPECT_EQ(json(status).get("identity").get("source").as_string(), "environment");
  EXPECT_EQ(json(status).get("identity").get("region").as_string(), "us-east-1");
  for (const auto& [name, value] : ecr_.environment()) {
    if (name == "AWS_SECRET_ACCESS_KEY" || name == "AWS_SESSION_TOKEN") {
      EXPECT_EQ(status.body.find(value), std::string::npos) << name;
    }
  }
}

TEST_F(Api, ShutdownIsAskedForWithTheToken) {
  EXPECT_LT(send("POST", "/api/v1/shutdown", authorized(), "{}").status, 300);

  EXPECT_TRUE(relay_->wait_for_stop(base::Deadline::after(std::chrono::seconds(5))));
}

TEST_F(Api, ResolveTellsWhereANameMaps) {
  get("/v2/library/sample-base/manifests/1");

  const auto answer = get("/api/v1/resolve?ref=sample-base:1");

  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find("docker-hub/library/sample-base:1"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find(image("docker.io", "library/sample-base").digest), std::string::npos);
}

}  // namespace
}  // namespace ecrelay
