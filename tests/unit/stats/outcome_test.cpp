#include "stats/outcome.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string_view>

#include "base/metrics.hpp"
#include "stats/totals.hpp"

namespace ecrelay::stats {
namespace {

template <typename Enum>
void expect_words_lead_back(Enum last) {
  std::set<std::string_view> seen;
  ASSERT_EQ(Words<Enum>::kTable.size(), static_cast<std::size_t>(last) + 1);
  for (std::size_t i = 0; i < Words<Enum>::kTable.size(); ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_EQ(parse<Enum>(word(value)), value);
    EXPECT_TRUE(seen.insert(word(value)).second) << word(value);
  }
  EXPECT_FALSE(parse<Enum>("").has_value());
  EXPECT_FALSE(parse<Enum>("Hit").has_value());
}

TEST(Outcome, EveryWordLeadsBackToItsValue) {
  expect_words_lead_back(Outcome::Error);
  expect_words_lead_back(Origin::Upstream);
  expect_words_lead_back(EcrCache::Unknown);
  expect_words_lead_back(Kind::Referrers);
  expect_words_lead_back(Reason::ClientLeft);
  expect_words_lead_back(JobStatus::Unknown);
}

TEST(Outcome, WordsAreThoseOfTheContract) {
  EXPECT_EQ(word(Outcome::Revalidated), "revalidated");
  EXPECT_EQ(word(Reason::TagMoved), "tag-moved");
  EXPECT_EQ(word(Reason::NoRule), "no-rule");
  EXPECT_EQ(word(Reason::EcrThrottled), "ecr-throttled");
  EXPECT_EQ(word(Reason::UpstreamDenied), "upstream-denied");
  EXPECT_EQ(word(EcrCache::Import), "import");
  EXPECT_EQ(word(Kind::Tags), "tags");
}

TEST(Outcome, MetricsKnowEveryWord) {
  for (const auto kind : Words<Kind>::kTable) {
    for (const auto outcome : Words<Outcome>::kTable) {
      EXPECT_TRUE(base::Metrics::known(base::Metric::Requests, {kind, outcome}));
    }
  }
  for (const auto origin : {Origin::Ecr, Origin::Upstream}) {
    EXPECT_TRUE(base::Metrics::known(base::Metric::FetchedBytes, {word(origin)}));
  }
}

TEST(Totals, TheSevenOutcomesAreTheRequests) {
  Totals totals;
  totals.outcomes = {1, 2, 3, 4, 5, 6, 7};

  EXPECT_EQ(totals.requests(), 28U);
  EXPECT_EQ(totals.hits(), 1U + 2 + 3 + 5);
  EXPECT_EQ(totals.hit_ratio().str(), "50.0 % (11 / 22)");
}

TEST(Totals, RatiosWithoutADenominatorHaveNoValue) {
  Totals declined;
  declined.of(Outcome::Declined) = 3;

  EXPECT_EQ(declined.hit_ratio().str(), "- (0 / 0)");
  EXPECT_EQ(declined.byte_hit_ratio().percent(), "-");
}

TEST(Totals, TheByteHitRatioMayBeNegative) {
  Totals totals;
  totals.bytes_served = 100;
  totals.bytes_fetched = 150;

  EXPECT_EQ(totals.byte_hit_ratio().str(), "-50.0 % (-50 / 100)");
}

}  // namespace
}  // namespace ecrelay::stats
