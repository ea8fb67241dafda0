#include "config/validate.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/units.hpp"
#include "config/value_parsers.hpp"

namespace ecrelay::config {
namespace {

constexpr std::array<Word<RuleDiscovery>, 2> kRules = {
    {{"auto", RuleDiscovery::Auto}, {"static", RuleDiscovery::Static}}};
constexpr std::array<Word<Fallback>, 2> kFallbacks = {
    {{"direct", Fallback::Direct}, {"decline", Fallback::Decline}}};
constexpr std::array<Word<ClientAuth>, 2> kClientAuths = {
    {{"token", ClientAuth::Token}, {"none", ClientAuth::None}}};
constexpr std::array<Word<bool>, 4> kSwitches = {
    {{"true", true}, {"false", false}, {"1", true}, {"0", false}}};
constexpr std::array<Word<base::LogLevel>, 5> kLogLevels = {{{"trace", base::LogLevel::Trace},
                                                             {"debug", base::LogLevel::Debug},
                                                             {"info", base::LogLevel::Info},
                                                             {"warn", base::LogLevel::Warn},
                                                             {"error", base::LogLevel::Error}}};
constexpr std::array<Word<base::LogFormat>, 2> kLogFormats = {
    {{"text", base::LogFormat::Text}, {"json", base::LogFormat::Json}}};

/// A parser of one of `words`, for Reading.
template <typename Words>
auto one_of(const Words& words) {
  return [&words](std::string_view text) { return parse_word(text, words); };
}

Problem problem_of(const Setting& setting, std::string message) {
  return {std::string(setting.option->name), setting.place, std::move(message)};
}

/// Takes values out of settings; what cannot be parsed becomes a problem and leaves the target as
/// it was. Empty values are passed over: resolve() reported them.
class Reading {
 public:
  Reading(const Settings& settings, Problems& problems)
      : settings_(settings), problems_(problems) {}

  template <typename Parse, typename Target>
  void value(std::string_view name, const Parse& parse, Target& target) {
    each(name, parse, [&](auto parsed) { target = std::move(parsed); });
  }

  template <typename Parse, typename Take>
  void each(std::string_view name, const Parse& parse, const Take& take) {
    const auto& setting = settings_.get(name);
    for (const auto& text : setting.values) {
      if (text.empty()) {
        continue;
      }
      auto parsed = parse(std::string_view(text));
      if (parsed.ok()) {
        take(std::move(parsed).value());
      } else {
        refuse(name, parsed.error().message);
      }
    }
  }

  void refuse(std::string_view name, std::string message) {
    problems_.push_back(problem_of(settings_.get(name), std::move(message)));
  }

 private:
  const Settings& settings_;
  Problems& problems_;
};

void parse_serving(Reading& reading, ServeOptions& options) {
  reading.each("listen", parse_listen_address,
               [&](ListenAddress address) { options.listen.push_back(std::move(address)); });
  reading.value("job", parse_job, options.job);
  reading.value("max-connections", parse_max_connections, options.max_connections);
  reading.value("idle-timeout", parse_idle_timeout, options.idle_timeout);
  reading.value("allow-remote", one_of(kSwitches), options.allow_remote);
  reading.value("client-token-file", parse_path, options.client_token_file);
  reading.value("client-auth", one_of(kClientAuths), options.client_auth);
  reading.value("log-level", one_of(kLogLevels), options.log.level);
  reading.value("log-format", one_of(kLogFormats), options.log.format);
  reading.value("log-file", parse_path, options.log.file);
  reading.value("ready-file", parse_path, options.ready_file);
  reading.value("show-config", one_of(kSwitches), options.show_config);
}

void parse_folders(Reading& reading, ServeOptions& options) {
  reading.value("cache-dir", parse_path, options.cache_dir);
  reading.value("state-dir", parse_path, options.state_dir);
  reading.value("cache-size", base::parse_size, options.cache_size);
}

void parse_registries(Reading& reading, ServeOptions& options) {
  reading.value("region", parse_region, options.region);
  reading.value("registry-id", parse_registry_id, options.registry_id);
  reading.value("registry", parse_registry_url, options.registry);
  reading.value("rules", one_of(kRules), options.rules);
  reading.each("rule", parse_rule,
               [&](RuleOption rule) { options.rule.push_back(std::move(rule)); });
  reading.each("upstream", parse_upstream, [&](std::pair<std::string, base::Url> upstream) {
    const auto [found, added] = options.upstream.insert(upstream);
    if (!added && found->second != upstream.second) {
      reading.refuse("upstream",
                     quoted_value(upstream.first) + " has two URLs; give one for each host");
    }
  });
  reading.value("unmapped", one_of(kFallbacks), options.unmapped);
  reading.value("on-ecr-failure", one_of(kFallbacks), options.on_ecr_failure);
  reading.value("freshness", parse_freshness, options.freshness);
}

std::string text_of(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return "'" + (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port) +
         "'";
}

/// Why other machines may not be served yet, with the cure; empty if they may.
std::string remote_obstacle(const ServeOptions& options) {
  if (!options.allow_remote) {
    return "can be reached from other machines; listen on 127.0.0.1, or add --allow-remote and "
           "--client-token-file FILE (or --client-auth none)";
  }
  if (!options.client_token_file && options.client_auth != ClientAuth::None) {
    return "can be reached from other machines; add --client-token-file FILE, or say --client-auth "
           "none to serve whoever comes";
  }
  return {};
}

void require_folder(const std::string& folder, std::string_view name, const Settings& settings,
                    Problems& problems) {
  const auto& setting = settings.get(name);
  if (folder.empty() && setting.values.empty()) {
    problems.push_back(problem_of(
        setting, "has no default, since HOME is not set; give " + setting.option->flag() + " DIR"));
  }
}

}  // namespace

Parsed parse(const Settings& settings) {
  Parsed parsed;
  Reading reading(settings, parsed.problems);
  parse_serving(reading, parsed.options);
  parse_folders(reading, parsed.options);
  parse_registries(reading, parsed.options);
  return parsed;
}

Problems validate(const ServeOptions& options, const Settings& settings) {
  Problems problems;
  const auto& listen = settings.get("listen");
  if (listen.values.empty()) {
    problems.push_back(problem_of(listen, "the list is empty; give one address at least"));
  }
  const auto obstacle = remote_obstacle(options);
  for (auto it = options.listen.begin(); it != options.listen.end(); ++it) {
    if (!obstacle.empty() && !base::is_loopback_host(it->host)) {
      problems.push_back(problem_of(listen, text_of(*it) + " " + obstacle));
    }
    if (it->port != 0 && std::find(options.listen.begin(), it, *it) != it) {
      problems.push_back(problem_of(listen, text_of(*it) + " is given twice; give it once"));
    }
  }
  if (options.client_token_file && options.client_auth == ClientAuth::None) {
    problems.push_back(
        problem_of(settings.get("client-auth"), "'none' contradicts --client-token-file (" +
                                                    settings.get("client-token-file").place +
                                                    "); leave one of the two out"));
  }
  require_folder(options.cache_dir, "cache-dir", settings, problems);
  require_folder(options.state_dir, "state-dir", settings, problems);
  return problems;
}

Loaded load(const Sources& sources) {
  auto [settings, problems] = resolve(sources);
  auto parsed = parse(settings);
  auto mutual = validate(parsed.options, settings);
  for (auto* more : {&parsed.problems, &mutual}) {
    std::move(more->begin(), more->end(), std::back_inserter(problems));
  }
  return {std::move(parsed.options), std::move(settings), std::move(problems)};
}

}  // namespace ecrelay::config
