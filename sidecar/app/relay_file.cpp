#include "app/relay_file.hpp"

#include <filesystem>

#include "base/url.hpp"
#include "stats/json_document.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

base::Error corrupt(const base::Path& path, const std::string& why) {
  return {base::ErrorCode::Corrupt, path.string() + ": " + why};
}

base::Result<void> write_json(const base::Path& path, const Json& json) {
  return base::write_file(path, json.dump(Json::Layout::Indented) + "\n");
}

}  // namespace

base::Path relay_file_path(const base::Path& state_folder) {
  return state_folder / "relay.json";
}

base::Result<RelayRecord> read_relay_file(const base::Path& state_folder) {
  const auto path = relay_file_path(state_folder);
  ECRELAY_TRY(const auto text, base::read_file(path));
  const auto json = Json::parse(text);
  if (!json.ok()) {
    return corrupt(path, json.error().message);
  }
  const auto pid = json->get("pid").as_int();
  const auto instance = json->get("instance").as_string();
  const auto endpoint = json->get("endpoint").as_string();
  if (!pid || !instance || !endpoint || !base::Url::parse(*endpoint).ok()) {
    return corrupt(path, "pid, instance or endpoint is missing");
  }
  return RelayRecord{{*pid, json->get("pid_start_ticks").as_int().value_or(0)},
                     *instance,
                     *endpoint,
                     json->get("started_at").as_int().value_or(0),
                     json->get("version").as_string().value_or("")};
}

base::Result<void> write_relay_file(const base::Path& state_folder, const RelayRecord& record) {
  return write_json(relay_file_path(state_folder),
                    Json::object({{"pid", record.process.pid},
                                  {"pid_start_ticks", record.process.start_ticks},
                                  {"instance", record.instance},
                                  {"endpoint", record.endpoint},
                                  {"started_at", record.started_at},
                                  {"version", record.version}}));
}

base::Result<void> remove_relay_file(const base::Path& state_folder, const std::string& instance) {
  const auto record = read_relay_file(state_folder);
  if (!record.ok() || record->instance != instance) {
    return {};
  }
  return base::system_file_ops().remove(relay_file_path(state_folder));
}

base::Result<void> write_ready_file(const base::Path& path, const RelayRecord& record,
                                    const base::Path& control_token_file) {
  return write_json(path, Json::object({{"pid", record.process.pid},
                                        {"instance", record.instance},
                                        {"endpoint", record.endpoint},
                                        {"control_token_file", control_token_file.string()}}));
}

}  // namespace ecrelay::app
