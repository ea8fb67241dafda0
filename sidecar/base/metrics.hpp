#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ecrelay::base {

/// What the relay counts since its start. The order is that of the table in metrics.cpp, which has
/// name, help, type and labels of each: a new one is a line here and a line there.
enum class Metric : std::size_t {
  Requests,
  ServedBytes,
  FetchedBytes,
  UpstreamRequests,
  FillsStarted,
  FillsFinished,
  FillsFailed,
  FillsJoined,
  VerificationFailures,
  Evictions,
  StoreBytes,
  StoreBlobs,
  StoreLimitBytes,
  ConnectionsOpen,
  ConnectionsRefused,
  EcrTokenRefreshes,
  EcrTokenFailures,
  Rules,
  StatsRowsDropped,
  Count_,
};

/// Counters and gauges, for /metrics. Owned by the composition root, passed by reference.
/// Thread-safe and lock-free. Labels are words of small fixed sets (kind, outcome, origin, place),
/// given in the order of the table; an unknown word is a programmer's error (assert) and counts
/// nowhere. No label ever names a job, an image or a host: their number has no bound.
class Metrics {
 public:
  using Labels = std::initializer_list<std::string_view>;

  explicit Metrics(std::string version);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Negative only for gauges.
  void add(Metric metric, std::int64_t amount = 1, Labels labels = {});
  /// For gauges, and for counters that are kept elsewhere and mirrored here.
  void set(Metric metric, std::int64_t value, Labels labels = {});
  [[nodiscard]] std::int64_t value(Metric metric, Labels labels = {}) const;

  /// Whether `labels` are words that this metric has.
  [[nodiscard]] static bool known(Metric metric, Labels labels);

  /// The Prometheus text exposition format 0.0.4.
  [[nodiscard]] std::string prometheus_text() const;

 private:
  static constexpr std::size_t kMaxSeries = 28;  // kinds times outcomes
  std::array<std::array<std::atomic<std::int64_t>, kMaxSeries>,
             static_cast<std::size_t>(Metric::Count_)>
      values_{};
  const std::string version_;
};

}  // namespace ecrelay::base
