#include "stats/stats_output.hpp"

#include <array>
#include <cstdio>

#include "base/strings.hpp"
#include "stats/figures_text.hpp"
#include "stats/json_document.hpp"
#include "stats/report_json.hpp"
#include "stats/text_table.hpp"

namespace ecrelay::stats {
namespace {

Totals sum_of(const std::vector<HistoryRow>& rows) {
  Totals sum;
  for (const auto& row : rows) {
    sum += row.totals;
  }
  return sum;
}

std::vector<std::string> table_row(const std::string& key, const Totals& totals) {
  const auto hits = totals.hit_ratio();
  const auto bytes = totals.byte_hit_ratio();
  return {key.empty() ? "-" : base::printable(key),
          std::to_string(totals.requests()),
          fraction_text(hits),
          hits.percent(),
          std::to_string(totals.of(Outcome::Miss)),
          std::to_string(totals.of(Outcome::Declined)),
          std::to_string(totals.of(Outcome::Error)),
          bytes_text(totals.bytes_served),
          bytes_text(totals.bytes_fetched),
          byte_fraction_text(bytes),
          bytes.percent()};
}

std::string as_table(const std::vector<HistoryRow>& rows, GroupBy group) {
  std::vector<Align> columns(11, Align::Right);
  columns.front() = Align::Left;
  TextTable table(columns);
  table.add({std::string(to_string(group)), "requests", "hits", "", "misses", "declined", "errors",
             "served", "fetched", "saved", ""});
  for (const auto& row : rows) {
    table.add(table_row(row.key, row.totals));
  }
  table.add(table_row("total", sum_of(rows)));
  return table.str();
}

std::string as_json(const std::vector<HistoryRow>& rows, GroupBy group, std::int64_t since) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json item = Json::object({{"key", Json::text_or_null(row.key)}});
    for (auto& [name, value] : totals_json(row.totals).members()) {
      item.set(name, std::move(value));
    }
    list.push(std::move(item));
  }
  return Json::object({{"by", to_string(group)},
                       {"since", since},
                       {"rows", list},
                       {"total", totals_json(sum_of(rows))}})
             .dump(Json::Layout::Indented) +
         "\n";
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string decimal(const base::Ratio& ratio) {
  if (!ratio.defined()) {
    return {};
  }
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.4f",
                static_cast<double>(ratio.numerator) / static_cast<double>(ratio.denominator));
  return buffer.data();
}

std::string as_csv(const std::vector<HistoryRow>& rows, GroupBy group) {
  std::string text = std::string(to_string(group)) + ",requests";
  for (const auto outcome : Words<Outcome>::kTable) {
    text += "," + std::string(outcome);
  }
  text += ",bytes_served,bytes_fetched,hit_ratio,byte_hit_ratio\r\n";
  for (const auto& row : rows) {
    text += csv_cell(row.key) + "," + std::to_string(row.totals.requests());
    for (const auto count : row.totals.outcomes) {
      text += "," + std::to_string(count);
    }
    text += "," + std::to_string(row.totals.bytes_served) + "," +
            std::to_string(row.totals.bytes_fetched) + "," + decimal(row.totals.hit_ratio()) + "," +
            decimal(row.totals.byte_hit_ratio()) + "\r\n";
  }
  return text;
}

}  // namespace

base::Result<StatsFormat> parse_stats_format(std::string_view text) {
  if (text == "table") {
    return StatsFormat::Table;
  }
  if (text == "json") {
    return StatsFormat::Json;
  }
  if (text == "csv") {
    return StatsFormat::Csv;
  }
  return base::Error{base::ErrorCode::InvalidArgument,
                     "no format '" + base::printable(text) + "', only table, json, csv"};
}

std::string stats_output(const std::vector<HistoryRow>& rows, GroupBy group, std::int64_t since,
                         StatsFormat format) {
  switch (format) {
    case StatsFormat::Table:
      return as_table(rows, group);
    case StatsFormat::Json:
      return as_json(rows, group, since);
    case StatsFormat::Csv:
      break;
  }
  return as_csv(rows, group);
}

}  // namespace ecrelay::stats
