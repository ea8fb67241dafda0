#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/units.hpp"
#include "stats/outcome.hpp"

namespace ecrelay::stats {

/// Requests by outcome, and their bytes. Value type. The number of requests is the sum of the seven
/// outcomes by construction.
struct Totals {
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::uint64_t bytes_served = 0;
  std::uint64_t bytes_fetched = 0;

  [[nodiscard]] std::uint64_t of(Outcome outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
  std::uint64_t& of(Outcome outcome) { return outcomes[static_cast<std::size_t>(outcome)]; }
  Totals& operator+=(const Totals& other);

  [[nodiscard]] std::uint64_t requests() const;
  /// hit + revalidated + joined + stale.
  [[nodiscard]] std::uint64_t hits() const;
  /// hits() of all but declined.
  [[nodiscard]] base::Ratio hit_ratio() const;
  /// 1 - fetched / served, as (served - fetched) / served: negative where more was fetched.
  [[nodiscard]] base::Ratio byte_hit_ratio() const;
};

}  // namespace ecrelay::stats
