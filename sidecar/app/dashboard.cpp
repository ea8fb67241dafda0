#include "app/dashboard.hpp"

#include <initializer_list>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "stats/outcome.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>ecrelay</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }
table { border-collapse: collapse; margin: 0 0 2em; }
th, td { text-align: left; padding: .25em 1em .25em 0; border-bottom: 1px solid #ccc; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
</style></head><body>
<h1>ecrelay</h1>
)";

std::string text_of(const Json& json) {
  return json.as_string().value_or("-");
}
std::string count_of(const Json& json) {
  return std::to_string(json.as_int().value_or(0));
}
std::string bytes_of(const Json& json) {
  return base::format_bytes(json.as_int().value_or(0));
}
std::string time_of(const Json& json) {
  return base::format_utc(base::from_unix_micros(json.as_int().value_or(0)));
}
std::string ratio_of(const Json& json) {
  return base::Ratio{json.get("n").as_int().value_or(0), json.get("d").as_int().value_or(0)}.str();
}

enum class Column { Text, Number };

struct Cell {
  std::string text;
  Column column = Column::Text;
};

std::string row_of(std::string_view element, const std::vector<Cell>& cells) {
  std::string row = "<tr>";
  for (const auto& cell : cells) {
    row += "<" + std::string(element) + (cell.column == Column::Number ? " class=\"n\">" : ">") +
           html_escaped(cell.text) + "</" + std::string(element) + ">";
  }
  return row + "</tr>\n";
}

std::string facts(const Json& status) {
  const auto identity = status.get("identity");
  const auto store = status.get("store");
  const bool ready = status.get("ready").as_bool().value_or(false);
  const std::string readiness = ready ? "ready" : "not ready: " + text_of(status.get("reason"));
  std::string table = "<table>\n";
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
           {"State", readiness},
           {"Endpoint", text_of(status.get("endpoint"))},
           {"Version", text_of(status.get("version"))},
           {"Since", time_of(status.get("started_at"))},
           {"Identity", text_of(identity.get("source")) + ", account " +
                            text_of(identity.get("account")) + ", " +
                            text_of(identity.get("region"))},
           {"Store", bytes_of(store.get("used_bytes")) + " of " +
                         bytes_of(store.get("limit_bytes")) + ", " + count_of(store.get("blobs")) +
                         " blobs"}}) {
    table += row_of("td", {{name}, {value}});
  }
  return table + "</table>\n";
}

std::vector<Cell> figures(std::string name, const Json& totals) {
  std::vector<Cell> cells = {{std::move(name)}, {count_of(totals.get("requests")), Column::Number}};
  for (const auto word : stats::Words<stats::Outcome>::kTable) {
    cells.push_back({count_of(totals.get("outcomes").get(word)), Column::Number});
  }
  cells.push_back({ratio_of(totals.get("hit_ratio")), Column::Number});
  cells.push_back({bytes_of(totals.get("bytes_served")), Column::Number});
  cells.push_back({bytes_of(totals.get("bytes_fetched")), Column::Number});
  return cells;
}

std::string jobs(const Json& status) {
  std::vector<Cell> head = {{"job"}, {"requests", Column::Number}};
  for (const auto word : stats::Words<stats::Outcome>::kTable) {
    head.push_back({std::string(word), Column::Number});
  }
  for (const auto* name : {"hit ratio", "served", "fetched"}) {
    head.push_back({name, Column::Number});
  }
  std::string table = "<h2>Open jobs</h2>\n<table>\n" + row_of("th", head);
  for (const auto& job : status.get("jobs").items()) {
    table += row_of("td", figures(text_of(job.get("id")), job.get("totals")));
  }
  return table + row_of("td", figures("since the start", status.get("totals"))) + "</table>\n";
}

std::string rules(const Json& status) {
  std::string table = "<h2>Pull-through cache rules</h2>\n<table>\n" +
                      row_of("th", {{"upstream registry"}, {"ECR prefix"}, {"from"}});
  for (const auto& rule : status.get("rules").items()) {
    const auto below = text_of(rule.get("upstream_prefix"));
    const auto prefix = text_of(rule.get("prefix"));
    table += row_of("td", {{text_of(rule.get("upstream")) + (below.empty() ? "" : "/" + below)},
                           {prefix.empty() ? "ROOT" : prefix},
                           {text_of(rule.get("source"))}});
  }
  return table + "</table>\n";
}

std::string problems(const Json& status) {
  std::string list;
  for (const auto& problem : status.get("problems").items()) {
    list += "<li>" + html_escaped(text_of(problem.get("what"))) + ": " +
            html_escaped(text_of(problem.get("why"))) + "</li>\n";
  }
  return list.empty() ? "" : "<h2>Problems</h2>\n<ul>\n" + list + "</ul>\n";
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string dashboard_page(const Json& status) {
  return std::string(kHead) + facts(status) + problems(status) + jobs(status) + rules(status) +
         "<p><a href=\"/api/v1/status\">status</a> <a href=\"/api/v1/jobs\">jobs</a> "
         "<a href=\"/api/v1/jobs/current/report?format=table\">report</a> "
         "<a href=\"/metrics\">metrics</a></p>\n</body></html>\n";
}

}  // namespace ecrelay::app
