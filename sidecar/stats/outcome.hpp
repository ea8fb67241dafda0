#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ecrelay::stats {

// The words of the statistics. docs/stats.md says what each means; stats.db, JSON, headers and
// metrics spell them as the tables below do.

/// What became of a request: exactly one of these.
enum class Outcome : std::uint8_t { Hit, Revalidated, Joined, Miss, Stale, Declined, Error };
/// Where the bytes of a response came from.
enum class Origin : std::uint8_t { Store, Ecr, Upstream };
/// What ECR did for a manifest that was fetched.
enum class EcrCache : std::uint8_t { Hit, Import, Unknown };
/// What a request named.
enum class Kind : std::uint8_t { Manifest, Blob, Tags, Referrers };
/// Why a request was a miss (the first five), or stale, declined or an error.
enum class Reason : std::uint8_t {
  Cold,
  Evicted,
  TagMoved,
  Corrupt,
  Unstored,
  NoRule,
  NotFound,
  Policy,
  Unsupported,
  EcrDenied,
  EcrUnreachable,
  EcrThrottled,
  UpstreamThrottled,
  UpstreamDenied,
  BadRequest,
  ClientLeft,
};
enum class JobStatus : std::uint8_t { Open, Success, Failure, Cancelled, Unknown };

/// The table of words of an enum above, in its order.
template <typename Enum>
struct Words;

template <>
struct Words<Outcome> {
  static constexpr auto kTable = std::to_array<std::string_view>(
      {"hit", "revalidated", "joined", "miss", "stale", "declined", "error"});
};
template <>
struct Words<Origin> {
  static constexpr auto kTable = std::to_array<std::string_view>({"store", "ecr", "upstream"});
};
template <>
struct Words<EcrCache> {
  static constexpr auto kTable = std::to_array<std::string_view>({"hit", "import", "unknown"});
};
template <>
struct Words<Kind> {
  static constexpr auto kTable =
      std::to_array<std::string_view>({"manifest", "blob", "tags", "referrers"});
};
template <>
struct Words<Reason> {
  static constexpr auto kTable = std::to_array<std::string_view>(
      {"cold", "evicted", "tag-moved", "corrupt", "unstored", "no-rule", "not-found", "policy",
       "unsupported", "ecr-denied", "ecr-unreachable", "ecr-throttled", "upstream-throttled",
       "upstream-denied", "bad-request", "client-left"});
};
template <>
struct Words<JobStatus> {
  static constexpr auto kTable =
      std::to_array<std::string_view>({"open", "success", "failure", "cancelled", "unknown"});
};

inline constexpr std::size_t kOutcomeCount = Words<Outcome>::kTable.size();

template <typename Enum>
constexpr std::string_view word(Enum value) {
  return Words<Enum>::kTable[static_cast<std::size_t>(value)];
}

template <typename Enum>
constexpr std::optional<Enum> parse(std::string_view text) {
  const auto& table = Words<Enum>::kTable;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] == text) {
      return static_cast<Enum>(i);
    }
  }
  return std::nullopt;
}

/// Whether an outcome counts as a hit in the hit ratio.
constexpr bool counts_as_hit(Outcome outcome) {
  return outcome == Outcome::Hit || outcome == Outcome::Revalidated || outcome == Outcome::Joined ||
         outcome == Outcome::Stale;
}

}  // namespace ecrelay::stats
