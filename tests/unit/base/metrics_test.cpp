#include "base/metrics.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace ecrelay::base {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(Metrics, CountsEachLabelApart) {
  Metrics metrics("1.2.3");

  metrics.add(Metric::Requests, 1, {"blob", "miss"});
  metrics.add(Metric::Requests, 2, {"blob", "hit"});
  metrics.add(Metric::Requests, 4, {"manifest", "hit"});

  EXPECT_EQ(metrics.value(Metric::Requests, {"blob", "miss"}), 1);
  EXPECT_EQ(metrics.value(Metric::Requests, {"blob", "hit"}), 2);
  EXPECT_EQ(metrics.value(Metric::Requests, {"manifest", "hit"}), 4);
  EXPECT_EQ(metrics.value(Metric::Requests, {"tags", "hit"}), 0);
}

TEST(Metrics, GaugesGoDownAndMayBeSet) {
  Metrics metrics("1.2.3");

  metrics.add(Metric::ConnectionsOpen, 3);
  metrics.add(Metric::ConnectionsOpen, -1);
  metrics.set(Metric::StoreBytes, 4096);

  EXPECT_EQ(metrics.value(Metric::ConnectionsOpen), 2);
  EXPECT_EQ(metrics.value(Metric::StoreBytes), 4096);
}

TEST(Metrics, KnowsTheLabelsOfAMetric) {
  EXPECT_TRUE(Metrics::known(Metric::Requests, {"referrers", "declined"}));
  EXPECT_TRUE(Metrics::known(Metric::FetchedBytes, {"upstream"}));
  EXPECT_TRUE(Metrics::known(Metric::Evictions, {}));

  EXPECT_FALSE(Metrics::known(Metric::Requests, {"hit", "blob"}));
  EXPECT_FALSE(Metrics::known(Metric::Requests, {"blob"}));
  EXPECT_FALSE(Metrics::known(Metric::FetchedBytes, {"store"}));
  EXPECT_FALSE(Metrics::known(Metric::Evictions, {"blob"}));
}

TEST(Metrics, PrintsThePrometheusTextForm) {
  Metrics metrics("1.2\"3");
  metrics.add(Metric::Requests, 7, {"blob", "joined"});
  metrics.add(Metric::FetchedBytes, 512, {"ecr"});

  const auto text = metrics.prometheus_text();

  EXPECT_NE(text.find("ecrelay_build_info{version=\"1.2\\\"3\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("# TYPE ecrelay_requests_total counter\n"), std::string::npos);
  EXPECT_NE(text.find("ecrelay_requests_total{kind=\"blob\",outcome=\"joined\"} 7\n"),
            std::string::npos);
  EXPECT_NE(text.find("ecrelay_fetched_bytes_total{origin=\"ecr\"} 512\n"), std::string::npos);
  EXPECT_NE(text.find("# TYPE ecrelay_store_bytes gauge\necrelay_store_bytes 0\n"),
            std::string::npos);
  EXPECT_EQ(text.find("job"), std::string::npos);
}

TEST(Metrics, GivesEveryFamilyOnceWithHelpAndType) {
  const Metrics metrics("0");
  std::set<std::string> helped;
  std::set<std::string> typed;

  for (const auto& line : lines_of(metrics.prometheus_text())) {
    std::istringstream words(line);
    std::string mark;
    std::string word;
    std::string name;
    words >> mark >> word >> name;
    if (mark != "#") {
      const auto family = mark.substr(0, mark.find('{'));
      EXPECT_TRUE(helped.contains(family) && typed.contains(family)) << line;
      continue;
    }
    EXPECT_TRUE((word == "HELP" ? helped : typed).insert(name).second) << line;
    EXPECT_TRUE(name.starts_with("ecrelay_")) << line;
    if (line.ends_with(" counter")) {
      EXPECT_TRUE(name.ends_with("_total")) << line;
    }
  }

  EXPECT_EQ(helped, typed);
  EXPECT_EQ(helped.size(), static_cast<std::size_t>(Metric::Count_) + 1);
}

TEST(Metrics, LosesNothingBetweenThreads) {
  Metrics metrics("0");
  std::vector<std::thread> threads;

  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        metrics.add(Metric::ServedBytes, 10);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(metrics.value(Metric::ServedBytes), 40000);
}

}  // namespace
}  // namespace ecrelay::base
