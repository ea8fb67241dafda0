#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/ecr_double/json_forms.hpp"
#include "support/test/exchange.hpp"

namespace ecrelay::ecr_double {
namespace {

support::RawAnswer control(const EcrDouble& ecr, const std::string& method, const std::string& what,
                           const std::string& body = "") {
  return support::send_raw(
      {.method = method, .url = ecr.api_url() + "/_emulator/" + what, .body = body});
}

TEST(Control, AddsAndClearsFaults) {
  const EcrDouble ecr;
  const std::string ping = ecr.registry_url() + "/v2/";

  const auto added = control(ecr, "POST", "faults",
                             R"({"service":"registry","contains":"/v2/","status":500,"count":5})");
  const auto broken = support::send_raw({.url = ping});
  const auto cleared = control(ecr, "DELETE", "faults");
  const auto mended = support::send_raw({.url = ping});

  EXPECT_EQ(added.status, 204);
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(cleared.status, 204);
  EXPECT_EQ(mended.status, 401);
}

TEST(Control, ReadsEveryMemberOfAFault) {
  const auto rules = parse_fault_rules(R"([{"service":"s3","method":"GET","contains":"x","nth":1,
      "every":2,"count":3,"delay_ms":4,"status":5,"body":"b","headers":{"A":"c"},
      "breakage":"close","after_body_bytes":6,"altered_byte":7,"framing":"chunked"}])");

  ASSERT_TRUE(rules.ok());
  const auto& rule = rules->at(0);
  EXPECT_EQ(rule.service, Service::S3);
  EXPECT_EQ(rule.nth + rule.every + rule.count, 6U);
  EXPECT_EQ(rule.fault.delay.count(), 4);
  EXPECT_EQ(rule.fault.status, 5);
  EXPECT_EQ(rule.fault.headers, (HeaderList{{"A", "c"}}));
  EXPECT_EQ(rule.fault.breakage, Breakage::Close);
  EXPECT_EQ(rule.fault.after_body_bytes, 6U);
  EXPECT_EQ(rule.fault.altered_byte, 7U);
  EXPECT_EQ(rule.fault.framing, Framing::Chunked);
}

struct WrongCase {
  std::string what;
  std::string body;
  std::string named;
};

TEST(Control, RefusesWhatItDoesNotKnow) {
  const EcrDouble ecr;
  const std::vector<WrongCase> cases = {
      {"faults", R"({"stattus":500})", "stattus"},
      {"faults", R"({"breakage":"bang"})", "bang"},
      {"faults", R"({"service":"ftp"})", "service"},
      {"faults", R"({"status":"500"})", "status"},
      {"faults", "nonsense", "JSON"},
      {"settings", R"({"token_life":5})", "token_life"},
      {"settings", R"({"upstream_auth":"digest"})", "digest"},
  };
  for (const auto& wrong : cases) {
    SCOPED_TRACE(wrong.body);

    const auto answer = control(ecr, "POST", wrong.what, wrong.body);

    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find(wrong.named), std::string::npos) << answer.body;
  }
  EXPECT_EQ(control(ecr, "GET", "nothing").status, 404);
}

TEST(Control, ChangesSettingsAndKeepsTheRest) {
  EcrDouble ecr;
  ecr.change([](Settings& settings) { settings.tags_page = 7; });

  const auto answer = control(ecr, "POST", "settings",
                              R"({"import_delay_ms":5,"download_rate":9,"upstream_auth":"bearer",
      "denied_actions":["ecr:BatchGetImage"],"upstream_health":{"docker.io":"throttled"}})");

  EXPECT_EQ(answer.status, 204) << answer.body;
  const auto settings = ecr.settings();
  EXPECT_EQ(settings.import_delay.count(), 5);
  EXPECT_EQ(settings.download_rate, 9U);
  EXPECT_EQ(settings.upstream_auth, UpstreamAuth::Bearer);
  EXPECT_TRUE(settings.denied_actions.contains("ecr:BatchGetImage"));
  EXPECT_EQ(settings.upstream_health.at("docker.io"), UpstreamHealth::Throttled);
  EXPECT_EQ(settings.tags_page, 7U);
}

TEST(Control, TellsCountersAndLogWithoutCountingItself) {
  EcrDouble ecr(with_image("docker.io", "library/app", one_layer_image(10)));
  const auto manifest = ask_registry(ecr, "/v2/docker-hub/library/app/manifests/1");

  const auto counters = nlohmann::json::parse(control(ecr, "GET", "counters").body);
  const auto log = nlohmann::json::parse(control(ecr, "GET", "log").body);

  EXPECT_EQ(counters.at("imports"), 1);
  EXPECT_EQ(counters.at("registry").at("kinds").at("manifest").at("bytes"), manifest.body.size());
  EXPECT_EQ(counters.at("api").at("requests"), 0);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log.at(0).at("path"), "/v2/docker-hub/library/app/manifests/1");
  EXPECT_EQ(log.at(0).at("has_authorization"), true);
}

TEST(Control, ExpiresAndResets) {
  EcrDouble ecr(with_image("docker.io", "library/app", one_layer_image(10)));
  const auto password = ecr.issue_password();

  control(ecr, "POST", "expire-tokens");
  const auto expired = support::send_raw(
      {.url = ecr.registry_url() + "/v2/", .headers = {{"Authorization", basic(password)}}});
  control(ecr, "POST", "reset");

  EXPECT_EQ(expired.status, 403);
  EXPECT_TRUE(ecr.log().empty());
}

TEST(Rules, AreReadInAwsForm) {
  const auto rules = parse_rules(R"({"pullThroughCacheRules":[{"ecrRepositoryPrefix":"hub",
      "upstreamRegistryUrl":"registry-1.docker.io","createdAt":1.5,"registryId":"1",
      "upstreamRepositoryPrefix":"a"}]})");

  ASSERT_TRUE(rules.ok());
  EXPECT_EQ(rules->at(0).ecr_repository_prefix, "hub");
  EXPECT_EQ(rules->at(0).upstream_repository_prefix, "a");
}

}  // namespace
}  // namespace ecrelay::ecr_double
