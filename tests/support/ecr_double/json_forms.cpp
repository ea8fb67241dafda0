#include "support/ecr_double/json_forms.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace ecrelay::ecr_double {
namespace {

using Json = nlohmann::ordered_json;

base::Error invalid(std::string message) {
  return {base::ErrorCode::InvalidArgument, std::move(message)};
}

/// One of the words, or the exception that parsing a member ends with.
template <typename Value>
Value one_of(const std::map<std::string, Value>& words, const std::string& word) {
  const auto found = words.find(word);
  if (found == words.end()) {
    throw std::invalid_argument("'" + word + "' is none of its words");
  }
  return found->second;
}

const std::map<std::string, Breakage> kBreakages = {{"none", Breakage::None},
                                                    {"reset", Breakage::Reset},
                                                    {"close", Breakage::Close},
                                                    {"hang", Breakage::Hang}};
const std::map<std::string, Framing> kFramings = {{"content-length", Framing::ContentLength},
                                                  {"chunked", Framing::Chunked}};
const std::map<std::string, UpstreamAuth> kAuths = {{"anonymous", UpstreamAuth::Anonymous},
                                                    {"bearer", UpstreamAuth::Bearer}};
const std::map<std::string, UpstreamBlobs> kBlobs = {{"direct", UpstreamBlobs::Direct},
                                                     {"redirected", UpstreamBlobs::Redirected}};
const std::map<std::string, UpstreamHealth> kHealths = {
    {"up", UpstreamHealth::Up},
    {"throttled", UpstreamHealth::Throttled},
    {"denied", UpstreamHealth::Denied},
    {"unavailable", UpstreamHealth::Unavailable}};

std::chrono::milliseconds milliseconds(const Json& value) {
  return std::chrono::milliseconds(value.get<std::int64_t>());
}

Service service(const Json& value) {
  const auto found = parse_service(value.get<std::string>());
  if (!found) {
    throw std::invalid_argument("it is none of api, registry, s3, cdn, upstream");
  }
  return *found;
}

HeaderList headers(const Json& value) {
  HeaderList list;
  for (const auto& [name, text] : value.items()) {
    list.emplace_back(name, text.get<std::string>());
  }
  return list;
}

template <typename Target>
using Setters = std::map<std::string, void (*)(Target&, const Json&)>;

const Setters<FaultRule> kFaultMembers = {
    {"service", [](FaultRule& r, const Json& v) { r.service = service(v); }},
    {"method", [](FaultRule& r, const Json& v) { r.method = v; }},
    {"contains", [](FaultRule& r, const Json& v) { r.contains = v; }},
    {"nth", [](FaultRule& r, const Json& v) { r.nth = v; }},
    {"every", [](FaultRule& r, const Json& v) { r.every = v; }},
    {"count", [](FaultRule& r, const Json& v) { r.count = v; }},
    {"delay_ms", [](FaultRule& r, const Json& v) { r.fault.delay = milliseconds(v); }},
    {"status", [](FaultRule& r, const Json& v) { r.fault.status = v; }},
    {"body", [](FaultRule& r, const Json& v) { r.fault.body = v; }},
    {"headers", [](FaultRule& r, const Json& v) { r.fault.headers = headers(v); }},
    {"breakage", [](FaultRule& r, const Json& v) { r.fault.breakage = one_of(kBreakages, v); }},
    {"after_body_bytes",
     [](FaultRule& r, const Json& v) { r.fault.after_body_bytes = v.get<std::uint64_t>(); }},
    {"altered_byte",
     [](FaultRule& r, const Json& v) { r.fault.altered_byte = v.get<std::uint64_t>(); }},
    {"framing", [](FaultRule& r, const Json& v) { r.fault.framing = one_of(kFramings, v); }},
};

template <std::chrono::milliseconds Settings::*Member>
void set_time(Settings& settings, const Json& value) {
  settings.*Member = milliseconds(value);
}

template <std::uint64_t Settings::*Member>
void set_number(Settings& settings, const Json& value) {
  settings.*Member = value.get<std::uint64_t>();
}

const Setters<Settings> kSettingMembers = {
    {"token_life_ms", set_time<&Settings::token_life>},
    {"import_delay_ms", set_time<&Settings::import_delay>},
    {"children_delay_ms", set_time<&Settings::children_delay>},
    {"cdn_time_ms", set_time<&Settings::cdn_time>},
    {"describe_lag_ms", set_time<&Settings::describe_lag>},
    {"refresh_after_ms", set_time<&Settings::refresh_after>},
    {"download_life_ms", set_time<&Settings::download_life>},
    {"api_latency_ms", set_time<&Settings::api_latency>},
    {"registry_latency_ms", set_time<&Settings::registry_latency>},
    {"download_latency_ms", set_time<&Settings::download_latency>},
    {"upstream_latency_ms", set_time<&Settings::upstream_latency>},
    {"clock_offset_ms", set_time<&Settings::clock_offset>},
    {"upstream_token_life_ms", set_time<&Settings::upstream_token_life>},
    {"download_rate", set_number<&Settings::download_rate>},
    {"upstream_rate", set_number<&Settings::upstream_rate>},
    {"tags_page", set_number<&Settings::tags_page>},
    {"referrers_page", set_number<&Settings::referrers_page>},
    {"rules_page", set_number<&Settings::rules_page>},
    {"upstream_auth", [](Settings& s, const Json& v) { s.upstream_auth = one_of(kAuths, v); }},
    {"upstream_blobs", [](Settings& s, const Json& v) { s.upstream_blobs = one_of(kBlobs, v); }},
    {"denied_actions",
     [](Settings& s, const Json& v) { s.denied_actions = v.get<std::set<std::string>>(); }},
    {"upstream_health",
     [](Settings& s, const Json& v) {
       s.upstream_health.clear();
       for (const auto& [registry, health] : v.items()) {
         s.upstream_health[registry] = one_of(kHealths, health);
       }
     }},
};

const Setters<Rule> kRuleMembers = {
    {"ecrRepositoryPrefix", [](Rule& r, const Json& v) { r.ecr_repository_prefix = v; }},
    {"upstreamRegistryUrl", [](Rule& r, const Json& v) { r.upstream_registry_url = v; }},
    {"upstreamRepositoryPrefix", [](Rule& r, const Json& v) { r.upstream_repository_prefix = v; }},
    {"upstreamRegistry", [](Rule& r, const Json& v) { r.upstream_registry = v; }},
    {"credentialArn", [](Rule& r, const Json& v) { r.credential_arn = v; }},
    // Of a real reply; the double has its own.
    {"registryId", [](Rule&, const Json&) {}},
    {"createdAt", [](Rule&, const Json&) {}},
    {"updatedAt", [](Rule&, const Json&) {}},
    {"customRoleArn", [](Rule&, const Json&) {}},
};

template <typename Target>
base::Result<void> apply(Target& target, const Setters<Target>& setters, const Json& object) {
  if (!object.is_object()) {
    return invalid("a JSON object is expected");
  }
  for (const auto& [name, value] : object.items()) {
    const auto setter = setters.find(name);
    if (setter == setters.end()) {
      return invalid("member '" + name + "' is not known");
    }
    try {
      setter->second(target, value);
    } catch (const std::exception& failure) {
      return invalid("member '" + name + "': " + failure.what());
    }
  }
  return {};
}

template <typename Target>
base::Result<std::vector<Target>> parse_list(const Json& document, const Setters<Target>& setters) {
  std::vector<Target> list;
  for (const auto& object : document.is_array() ? document : Json::array({document})) {
    Target target;
    ECRELAY_TRY_VOID(apply(target, setters, object));
    list.push_back(std::move(target));
  }
  return list;
}

}  // namespace

base::Result<std::vector<FaultRule>> parse_fault_rules(std::string_view text) {
  return parse_list<FaultRule>(Json::parse(text, nullptr, false), kFaultMembers);
}

base::Result<Settings> change_settings(const Settings& settings, std::string_view text) {
  auto changed = settings;
  ECRELAY_TRY_VOID(apply(changed, kSettingMembers, Json::parse(text, nullptr, false)));
  return changed;
}

base::Result<std::vector<Rule>> parse_rules(std::string_view text) {
  auto document = Json::parse(text, nullptr, false);
  if (document.is_object() && document.contains("pullThroughCacheRules")) {
    document = Json(document["pullThroughCacheRules"]);
  }
  return parse_list<Rule>(document, kRuleMembers);
}

std::string log_json(const std::vector<LogEntry>& entries) {
  Json list = Json::array();
  for (const auto& entry : entries) {
    list.push_back({{"service", to_string(entry.service)},
                    {"kind", entry.kind},
                    {"method", entry.method},
                    {"path", entry.path},
                    {"query", entry.query},
                    {"host", entry.host},
                    {"accept", entry.accept},
                    {"range", entry.range},
                    {"has_authorization", entry.has_authorization},
                    {"status", entry.status},
                    {"bytes_sent", entry.bytes_sent}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string counters_json(const Counters& counters) {
  Json document = {{"imports", counters.imports}};
  for (const auto known : kServices) {
    Json kinds = Json::object();
    if (const auto found = counters.tallies.find(known); found != counters.tallies.end()) {
      for (const auto& [kind, tally] : found->second) {
        kinds[kind] = {{"requests", tally.requests}, {"bytes", tally.bytes}};
      }
    }
    const auto connections = counters.connections.find(known);
    document[std::string(to_string(known))] = {
        {"requests", counters.requests(known)},
        {"bytes", counters.bytes(known)},
        {"connections", connections == counters.connections.end() ? 0 : connections->second},
        {"kinds", std::move(kinds)}};
  }
  return document.dump(2) + "\n";
}

}  // namespace ecrelay::ecr_double
