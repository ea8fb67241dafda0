#include "base/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <span>
#include <utility>

namespace ecrelay::base {
namespace {

enum class Type { Counter, Gauge };

struct Label {
  std::string_view name;
  std::span<const std::string_view> words;
};

struct Row {
  Metric metric;
  std::string_view name;
  std::string_view help;
  Type type;
  std::array<Label, 2> labels{};  // those without a name are not there
};

constexpr std::array<std::string_view, 4> kKinds = {"manifest", "blob", "tags", "referrers"};
constexpr std::array<std::string_view, 7> kOutcomes = {"hit",   "revalidated", "joined", "miss",
                                                       "stale", "declined",    "error"};
constexpr std::array<std::string_view, 2> kPlaces = {"ecr", "upstream"};

constexpr Label kKind = {"kind", kKinds};
constexpr Label kOutcome = {"outcome", kOutcomes};
constexpr Label kOrigin = {"origin", kPlaces};
constexpr Label kPlace = {"place", kPlaces};

constexpr auto kCounter = Type::Counter;
constexpr auto kGauge = Type::Gauge;

constexpr std::array<Row, static_cast<std::size_t>(Metric::Count_)> kTable = {{
    {Metric::Requests,
     "ecrelay_requests_total",
     "Client requests, by what became of them",
     kCounter,
     {kKind, kOutcome}},
    {Metric::ServedBytes, "ecrelay_served_bytes_total", "Body bytes sent to clients", kCounter},
    {Metric::FetchedBytes,
     "ecrelay_fetched_bytes_total",
     "Body bytes fetched, by the place they came from",
     kCounter,
     {kOrigin}},
    {Metric::UpstreamRequests,
     "ecrelay_upstream_requests_total",
     "Requests that the relay made, by the place it asked",
     kCounter,
     {kPlace}},
    {Metric::FillsStarted, "ecrelay_fills_started_total", "Downloads of a blob begun", kCounter},
    {Metric::FillsFinished, "ecrelay_fills_finished_total",
     "Downloads of a blob that ended verified", kCounter},
    {Metric::FillsFailed, "ecrelay_fills_failed_total", "Downloads of a blob given up", kCounter},
    {Metric::FillsJoined, "ecrelay_fills_joined_total",
     "Requests answered from a download that another request had begun", kCounter},
    {Metric::VerificationFailures, "ecrelay_verification_failures_total",
     "Contents whose digest was wrong", kCounter},
    {Metric::Evictions, "ecrelay_evictions_total", "Blobs removed to make room", kCounter},
    {Metric::StoreBytes, "ecrelay_store_bytes", "Bytes held, blobs and partial files", kGauge},
    {Metric::StoreBlobs, "ecrelay_store_blobs", "Blobs held", kGauge},
    {Metric::StoreLimitBytes, "ecrelay_store_limit_bytes", "Bound of the store", kGauge},
    {Metric::ConnectionsOpen, "ecrelay_connections_open", "Client connections", kGauge},
    {Metric::ConnectionsRefused, "ecrelay_connections_refused_total",
     "Client connections turned away at the limit", kCounter},
    {Metric::EcrTokenRefreshes, "ecrelay_ecr_token_refreshes_total", "ECR tokens obtained",
     kCounter},
    {Metric::EcrTokenFailures, "ecrelay_ecr_token_failures_total",
     "Attempts to obtain an ECR token that failed", kCounter},
    {Metric::Rules, "ecrelay_rules", "Pull-through cache rules in force", kGauge},
    {Metric::StatsRowsDropped, "ecrelay_stats_rows_dropped_total",
     "Rows that could not be written to stats.db", kCounter},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].metric) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "one row per metric, in the order of the enum");

constexpr const Row& row_of(Metric metric) {
  return kTable[static_cast<std::size_t>(metric)];
}

std::size_t words_of(const Label& label) {
  return label.name.empty() ? 1 : label.words.size();
}

std::optional<std::size_t> series_of(Metric metric, Metrics::Labels labels) {
  std::size_t series = 0;
  const auto* given = labels.begin();
  for (const auto& label : row_of(metric).labels) {
    if (label.name.empty()) {
      continue;
    }
    if (given == labels.end()) {
      return std::nullopt;
    }
    const auto found = std::find(label.words.begin(), label.words.end(), *given++);
    if (found == label.words.end()) {
      return std::nullopt;
    }
    series = series * label.words.size() + static_cast<std::size_t>(found - label.words.begin());
  }
  return given == labels.end() ? std::optional(series) : std::nullopt;
}

std::string label_text(const Row& row, std::size_t series) {
  const auto inner = words_of(row.labels[1]);
  const std::array<std::size_t, 2> index = {series / inner, series % inner};
  std::string text;
  for (std::size_t i = 0; i < index.size(); ++i) {
    const auto& label = row.labels[i];
    if (!label.name.empty()) {
      text += text.empty() ? "{" : ",";
      text += std::string(label.name) + "=\"" + std::string(label.words[index[i]]) + "\"";
    }
  }
  return text.empty() ? text : text + "}";
}

std::string escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c == '\\' || c == '"') {
      result += '\\';
    }
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

void describe(std::string& text, std::string_view name, std::string_view help, Type type) {
  text += "# HELP " + std::string(name) + " " + std::string(help) + "\n# TYPE " +
          std::string(name) + (type == Type::Counter ? " counter\n" : " gauge\n");
}

}  // namespace

Metrics::Metrics(std::string version) : version_(std::move(version)) {
  static_assert(kKinds.size() * kOutcomes.size() <= kMaxSeries);
}

void Metrics::add(Metric metric, std::int64_t amount, Labels labels) {
  const auto series = series_of(metric, labels);
  assert(series && (amount >= 0 || row_of(metric).type == Type::Gauge));
  if (series) {
    values_[static_cast<std::size_t>(metric)][*series].fetch_add(amount, std::memory_order_relaxed);
  }
}

void Metrics::set(Metric metric, std::int64_t value, Labels labels) {
  const auto series = series_of(metric, labels);
  assert(series);
  if (series) {
    values_[static_cast<std::size_t>(metric)][*series].store(value, std::memory_order_relaxed);
  }
}

std::int64_t Metrics::value(Metric metric, Labels labels) const {
  const auto series = series_of(metric, labels);
  assert(series);
  return series ? values_[static_cast<std::size_t>(metric)][*series].load(std::memory_order_relaxed)
                : 0;
}

bool Metrics::known(Metric metric, Labels labels) {
  return series_of(metric, labels).has_value();
}

std::string Metrics::prometheus_text() const {
  std::string text;
  describe(text, "ecrelay_build_info", "Always 1; its label says what runs", Type::Gauge);
  text += "ecrelay_build_info{version=\"" + escaped(version_) + "\"} 1\n";
  for (const auto& row : kTable) {
    describe(text, row.name, row.help, row.type);
    const auto count = words_of(row.labels[0]) * words_of(row.labels[1]);
    for (std::size_t series = 0; series < count; ++series) {
      const auto& cell = values_[static_cast<std::size_t>(row.metric)][series];
      text += std::string(row.name) + label_text(row, series) + " " +
              std::to_string(cell.load(std::memory_order_relaxed)) + "\n";
    }
  }
  return text;
}

}  // namespace ecrelay::base
