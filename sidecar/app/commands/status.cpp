#include <string>
#include <utility>

#include "app/commands/commands.hpp"
#include "app/option_loading.hpp"
#include "app/running_relay.hpp"
#include "base/clock.hpp"
#include "base/units.hpp"
#include "stats/json_document.hpp"
#include "stats/text_table.hpp"

namespace ecrelay::app {
namespace {

using stats::Align;
using stats::Json;
using stats::TextTable;

std::string text_of(const Json& json) {
  return json.as_string().value_or("-");
}
std::string count_of(const Json& json) {
  return std::to_string(json.as_int().value_or(0));
}
std::string bytes_of(const Json& json) {
  return base::format_bytes(json.as_int().value_or(0));
}

std::string identity_text(const Json& identity) {
  return text_of(identity.get("source")) + ", account " + text_of(identity.get("account")) + ", " +
         text_of(identity.get("region"));
}

std::string store_text(const Json& store) {
  return bytes_of(store.get("used_bytes")) + " of " + bytes_of(store.get("limit_bytes")) + ", " +
         count_of(store.get("blobs")) + " blobs, in " + text_of(store.get("folder"));
}

std::string rule_text(const Json& rule) {
  const auto below = text_of(rule.get("upstream_prefix"));
  const auto prefix = text_of(rule.get("prefix"));
  return text_of(rule.get("upstream")) + (below.empty() ? "" : "/" + below) + " is at " +
         (prefix.empty() ? "ROOT" : prefix) + " (" + text_of(rule.get("source")) + ")";
}

/// A row for each item; the name stands beside the first.
template <typename Text>
void add_list(TextTable& table, std::string name, const Json& list, const Text& text) {
  const auto items = list.items();
  if (items.empty()) {
    table.add({name, "none"});
  }
  for (const auto& item : items) {
    table.add({std::exchange(name, ""), text(item)});
  }
}

std::string status_table(const Json& status) {
  TextTable table({Align::Left, Align::Left});
  table.add({"Endpoint", text_of(status.get("endpoint"))});
  table.add({"Pid", count_of(status.get("pid"))});
  table.add({"Version", text_of(status.get("version"))});
  table.add({"Since", base::format_utc(
                          base::from_unix_micros(status.get("started_at").as_int().value_or(0)))});
  table.add({"Ready", status.get("ready").as_bool().value_or(false)
                          ? "yes"
                          : "no: " + text_of(status.get("reason"))});
  table.add({"Identity", identity_text(status.get("identity"))});
  add_list(table, "Rules", status.get("rules"), rule_text);
  table.add({"Store", store_text(status.get("store"))});
  add_list(table, "Open jobs", status.get("jobs"), [](const Json& job) {
    return text_of(job.get("id")) + ", " + count_of(job.get("totals").get("requests")) +
           " requests";
  });
  add_list(table, "Problems", status.get("problems"), [](const Json& problem) {
    return text_of(problem.get("what")) + ": " + text_of(problem.get("why"));
  });
  return table.str();
}

}  // namespace

int status(const config::Flags& flags, ListFormat format, const Console& console) {
  const auto state_folder = state_folder_of(flags, console);
  if (!state_folder) {
    return kWrongUsage;
  }
  const auto found = find_relay(*state_folder);
  if (found.state != RelayState::Running) {
    return console.fail("status", not_running(found, *state_folder));
  }
  auto client = client_of(found.record, *state_folder, console.environment);
  const auto json = client.get_json("/api/v1/status");
  if (!json.ok()) {
    return console.fail("status", json.error());
  }
  console.out << (format == ListFormat::Json ? json->dump(Json::Layout::Indented) + "\n"
                                             : status_table(*json));
  return kDone;
}

}  // namespace ecrelay::app
