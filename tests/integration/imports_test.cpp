// What ECR did for a manifest: held it, or imported it for this request.

#include <filesystem>
#include <thread>

#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

class Imports : public RelayFixture {
 protected:
  void forget_what_the_relay_knows() {
    stop_relay();
    std::filesystem::remove_all(folder_.path() / "cache");
    start_relay();
  }
};

TEST_F(Imports, DescribeImagesTellsAnImportFromAHit) {
  start_relay();
  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);
  EXPECT_TRUE(eventually(0, [](const Row& row) { return row.ecr_cache == "import"; }));
  ecr_.change(
      [](ecr_double::Settings& settings) { settings.clock_offset = std::chrono::milliseconds(0); });
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // past the slack between clocks
  forget_what_the_relay_knows();

  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);

  EXPECT_TRUE(eventually(1, [](const Row& row) { return row.ecr_cache == "hit"; }));
}

TEST_F(Imports, WithoutTheRightTheDownloadsHostTells) {
  ecr_.change([](ecr_double::Settings& settings) {
    settings.denied_actions = {"ecr:DescribeImages"};
    settings.cdn_time = std::chrono::minutes(5);
  });
  start_relay();

  ASSERT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});

  EXPECT_TRUE(eventually(0, [](const Row& row) { return row.ecr_cache == "import"; }));
  EXPECT_TRUE(eventually(1, [](const Row& row) { return row.ecr_cache == "import"; }));
  EXPECT_EQ(ecr_.counters().requests(Service::Api, "DescribeImages"), 1U)
      << "a refusal is not asked for again";
}

TEST_F(Imports, AnImportInProgressIsNeverAHit) {
  ecr_.change(
      [](ecr_double::Settings& settings) { settings.describe_lag = std::chrono::minutes(5); });
  start_relay();

  ASSERT_EQ(get("/v2/library/sample-base/manifests/1").status, 200);

  EXPECT_TRUE(eventually(0, [](const Row& row) { return row.ecr_cache == "import"; }));
}

TEST_F(Imports, ChildrenThatComeLateAreWaitedForOrFetchedDirect) {
  ecr_.change([](ecr_double::Settings& settings) {
    settings.children_delay = std::chrono::milliseconds(700);
  });
  start_relay();

  EXPECT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
}

TEST_F(Imports, WithoutTheWayRoundLateChildrenAreWaitedFor) {
  ecr_.change([](ecr_double::Settings& settings) {
    settings.children_delay = std::chrono::milliseconds(1200);
  });
  start_relay(
      [](config::ServeOptions& options) { options.on_ecr_failure = config::Fallback::Decline; });

  EXPECT_EQ(pull("library/sample-base", "1"), std::vector<std::string>{});
  EXPECT_EQ(ecr_.counters().requests(Service::Upstream, "manifest"), 0U);
}

}  // namespace
}  // namespace ecrelay
