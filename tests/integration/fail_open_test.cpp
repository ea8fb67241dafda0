// Whatever ECR does, the pull goes on, or is declined in time for the client to help itself.

#include <thread>

#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class FailOpen : public RelayFixture {};

TEST_F(FailOpen, WithoutAnIdentityTheRelayStartsAndGoesDirect) {
  start_relay();
  stop_relay();
  config::ServeOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.cache_dir = folder_.path() / "cache2";
  options.cache_size = 1 << 30;
  options.state_dir = folder_.path() / "state";
  options.upstream["docker.io"] = *base::Url::parse(ecr_.upstream_url());
  options.max_connections = 16;
  auto relay = app::Relay::start(options, base::Environment::from_map({}));
  ASSERT_TRUE(relay.ok());
  relay_ = std::move(*relay);

  const auto answer = get("/v2/library/sample-base/manifests/1");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "upstream");
  EXPECT_NE(relay_->not_ready_reason().find("AWS_ACCESS_KEY_ID"), std::string::npos)
      << relay_->not_ready_reason();
}

TEST_F(FailOpen, ThrottledEcrIsRetriedThenPassedOver) {
  start_relay();
  ecr_.throttle(Service::Registry, 2);

  const auto retried = get("/v2/library/sample-base/manifests/1");
  ecr_.throttle(Service::Registry, 100);
  const auto passed_over = get("/v2/library/sample-app/manifests/1");

  EXPECT_EQ(retried.header("X-Ecrelay-Origin"), "ecr");
  EXPECT_EQ(passed_over.status, 200);
  EXPECT_EQ(passed_over.header("X-Ecrelay-Origin"), "upstream");
}

TEST_F(FailOpen, ABrokenEcrLeavesKnownTagsStale) {
  start_relay([](config::ServeOptions& options) {
    options.freshness.kind = config::FreshnessKind::Always;
    options.on_ecr_failure = config::Fallback::Decline;
  });
  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
  ecr_.add_fault({.service = Service::Registry, .fault = {.status = 500, .body = "oops"}});

  const auto stale = get("/v2/library/sample-base/manifests/1");
  const auto unknown = get("/v2/library/sample-app/manifests/1");

  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.header("X-Ecrelay-Outcome"), "stale");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(rows()[1].reason, "ecr-unreachable");
  EXPECT_EQ(rows()[2].outcome, "declined");
}

TEST_F(FailOpen, ABlobOfAServedManifestComesFromSomewhereWhateverThePolicy) {
  start_relay(
      [](config::ServeOptions& options) { options.on_ecr_failure = config::Fallback::Decline; });
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  ecr_.add_fault({.service = Service::Registry,
                  .contains = "/blobs/",
                  .fault = {.status = 500, .body = "oops"}});

  EXPECT_EQ(pull("sample/large", "1"), std::vector<std::string>{});

  EXPECT_EQ(rows().back().origin, "upstream");
}

TEST_F(FailOpen, AStopDoesNotWaitForARegistryThatHangs) {
  start_relay();
  ASSERT_EQ(get("/v2/sample/large/manifests/1").status, 200);
  ecr_.add_fault({.service = Service::Registry, .fault = {.breakage = ecr_double::Breakage::Hang}});
  std::jthread client([&] { get("/v2/library/sample-app/manifests/1"); });
  while (ecr_.counters().requests(Service::Registry) < 2) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto began = base::Steady::now();

  relay_->drain(base::Deadline::after(std::chrono::milliseconds(200)));

  EXPECT_LT(base::Steady::now() - began, std::chrono::seconds(5));
}

TEST_F(FailOpen, NoAnswerOfTheRelayIsA401OrA429) {
  start_relay(
      [](config::ServeOptions& options) { options.on_ecr_failure = config::Fallback::Decline; });
  for (const int status : {401, 403, 429, 500, 502, 503}) {
    ecr_.clear_faults();
    ecr_.add_fault({.service = Service::Registry, .fault = {.status = status, .body = "no"}});

    const auto answer = get("/v2/library/sample-base/manifests/s" + std::to_string(status));

    EXPECT_EQ(answer.status, 404) << status;
    EXPECT_EQ(answer.header("WWW-Authenticate"), "");
  }
}

}  // namespace
}  // namespace ecrelay
