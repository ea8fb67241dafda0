#include "config/precedence.hpp"

#include <algorithm>
#include <cassert>

#include "base/strings.hpp"
#include "config/toml_file.hpp"

namespace ecrelay::config {
namespace {

constexpr std::string_view kConfig = "config";

std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  for (const auto& option : option_table()) {
    if (option.places == OptionPlaces::FlagVariableFile) {
      keys.emplace_back(option.name);
    }
  }
  return keys;
}

/// $XDG_..._HOME/ecrelay, else ~/FALLBACK/ecrelay; nothing without a home. XDG base directory
/// specification: a path that is not absolute is ignored.
std::vector<std::string> user_folder(const base::Environment& environment,
                                     std::string_view variable, std::string_view fallback) {
  if (const auto folder = environment.get(variable); folder && folder->front() == '/') {
    return {*folder + "/ecrelay"};
  }
  if (const auto home = environment.get("HOME"); home && home->front() == '/') {
    return {*home + std::string(fallback) + "/ecrelay"};
  }
  return {};
}

std::vector<std::string> default_values(const Option& option, const Sources& sources) {
  const bool root = sources.user == User::Root;
  if (option.name == "cache-dir") {
    return root ? std::vector<std::string>{"/var/cache/ecrelay"}
                : user_folder(sources.environment, "XDG_CACHE_HOME", "/.cache");
  }
  if (option.name == "state-dir") {
    return root ? std::vector<std::string>{"/var/lib/ecrelay"}
                : user_folder(sources.environment, "XDG_STATE_HOME", "/.local/state");
  }
  if (option.default_text.empty()) {
    return {};
  }
  return {std::string(option.default_text)};
}

std::vector<std::string> flag_values(const Option& option, const Flags& flags) {
  std::vector<std::string> values;
  const auto [first, last] = flags.equal_range(option.name);
  for (auto it = first; it != last; ++it) {
    values.push_back(it->second);
  }
  if (option.kind != OptionKind::List && values.size() > 1) {
    values.erase(values.begin(), values.end() - 1);
  }
  return values;
}

std::vector<std::string> variable_values(const Option& option,
                                         const base::Environment& environment) {
  const auto text = environment.get(option.variable());
  if (!text || option.places == OptionPlaces::FlagOnly) {
    return {};
  }
  const auto parts =
      option.kind == OptionKind::List ? base::split(*text, ',') : std::vector<std::string>{*text};
  std::vector<std::string> values;
  for (const auto& part : parts) {
    if (const auto value = base::trim(part); !value.empty()) {
      values.emplace_back(value);
    }
  }
  return values;
}

std::string place_of(const ConfigFile& file, const FileEntry& entry) {
  return file.path + ":" + std::to_string(entry.line);
}

using EntriesByKey = std::map<std::string, FileEntry, std::less<>>;

class FileReading {
 public:
  FileReading(const ConfigFile& file, Problems& problems) : file_(file), problems_(problems) {}

  EntriesByKey read() {
    const auto entries = read_toml(file_.text);
    if (!entries) {
      problems_.push_back({"", file_.path, entries.error().message});
      return {};
    }
    EntriesByKey known;
    for (const auto& entry : *entries) {
      if (accept(entry) && !known.emplace(entry.key, entry).second) {
        refuse(entry, "is given twice");
      }
    }
    return known;
  }

 private:
  bool accept(const FileEntry& entry) {
    const auto* option = find_option(entry.key);
    if (option == nullptr) {
      refuse(entry, "is not known; the keys are " + base::join(known_keys(), ", "));
    } else if (option->places != OptionPlaces::FlagVariableFile) {
      refuse(entry, "cannot be set in a file; give the flag " + option->flag());
    } else if (option->kind != OptionKind::List && entry.values.size() != 1) {
      refuse(entry, "takes one value; put it in quotation marks");
    } else {
      return true;
    }
    return false;
  }

  void refuse(const FileEntry& entry, std::string_view why) {
    problems_.push_back(
        {"", place_of(file_, entry), "key " + quoted_value(entry.key) + " " + std::string(why)});
  }

  const ConfigFile& file_;
  Problems& problems_;
};

void report_empty_values(const Setting& setting, Problems& problems) {
  const bool empty = std::any_of(setting.values.begin(), setting.values.end(),
                                 [](const std::string& value) { return value.empty(); });
  if (empty) {
    problems.push_back({std::string(setting.option->name), setting.place,
                        "the value is empty; leave the option out to have its default"});
  }
}

void report_unknown_flags(const Flags& flags, Problems& problems) {
  for (const auto& [name, value] : flags) {
    if (find_option(name) == nullptr) {
      problems.push_back({name, "flag", "there is no such option; see --help"});
    }
  }
}

}  // namespace

const Setting& Settings::get(std::string_view name) const {
  const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& setting) {
    return setting.option->name == name;
  });
  assert(found != settings_.end());
  return *found;
}

std::string Settings::describe() const {
  std::string text;
  for (const auto& setting : settings_) {
    std::vector<std::string> values;
    for (const auto& value : setting.values) {
      values.push_back(shown_value(value));
    }
    text += std::string(setting.option->name) + " = " + base::join(values, ", ") + "   (" +
            setting.place;
    if (values.empty()) {
      text += ": " + std::string(setting.option->default_note);
    }
    text += ")\n";
  }
  return text;
}

std::optional<std::string> config_file_path(const Flags& flags,
                                            const base::Environment& environment) {
  const auto& option = *find_option(kConfig);
  auto values = flag_values(option, flags);
  if (values.empty()) {
    values = variable_values(option, environment);
  }
  return values.empty() ? std::nullopt : std::optional(values.front());
}

Resolved resolve(const Sources& sources) {
  Problems problems;
  EntriesByKey entries;
  report_unknown_flags(sources.flags, problems);
  if (sources.file) {
    entries = FileReading(*sources.file, problems).read();
  }
  std::vector<Setting> settings;
  for (const auto& option : option_table()) {
    Setting setting{.option = &option};
    if (auto given = flag_values(option, sources.flags); !given.empty()) {
      setting = {&option, std::move(given), Origin::Flag, "flag"};
    } else if (auto set = variable_values(option, sources.environment); !set.empty()) {
      setting = {&option, std::move(set), Origin::Environment, "environment " + option.variable()};
    } else if (const auto entry = entries.find(option.name); entry != entries.end()) {
      setting = {&option, entry->second.values, Origin::File,
                 place_of(*sources.file, entry->second)};
    } else {
      setting.values = default_values(option, sources);
    }
    report_empty_values(setting, problems);
    settings.push_back(std::move(setting));
  }
  return {Settings(std::move(settings)), std::move(problems)};
}

}  // namespace ecrelay::config
