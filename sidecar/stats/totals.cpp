#include "stats/totals.hpp"

#include <numeric>

namespace ecrelay::stats {

Totals& Totals::operator+=(const Totals& other) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    outcomes[i] += other.outcomes[i];
  }
  bytes_served += other.bytes_served;
  bytes_fetched += other.bytes_fetched;
  return *this;
}

std::uint64_t Totals::requests() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

std::uint64_t Totals::hits() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (counts_as_hit(static_cast<Outcome>(i))) {
      sum += outcomes[i];
    }
  }
  return sum;
}

base::Ratio Totals::hit_ratio() const {
  return {static_cast<std::int64_t>(hits()),
          static_cast<std::int64_t>(requests() - of(Outcome::Declined))};
}

base::Ratio Totals::byte_hit_ratio() const {
  return {static_cast<std::int64_t>(bytes_served) - static_cast<std::int64_t>(bytes_fetched),
          static_cast<std::int64_t>(bytes_served)};
}

}  // namespace ecrelay::stats
