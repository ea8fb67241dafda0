#include "app/option_loading.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace ecrelay::app {
namespace {

struct Gathered {
  config::Sources sources;
  config::Problems problems;
};

Gathered gather(const config::Flags& flags, const base::Environment& environment) {
  Gathered gathered;
  gathered.sources = {flags, environment, std::nullopt,
                      ::geteuid() == 0 ? config::User::Root : config::User::Other};
  if (const auto path = config::config_file_path(flags, environment)) {
    auto text = base::read_file(*path);
    if (text.ok()) {
      gathered.sources.file = config::ConfigFile{*path, std::move(*text)};
    } else {
      gathered.problems.push_back({"config", "file", text.error().message});
    }
  }
  return gathered;
}

}  // namespace

config::Loaded load_options(const config::Flags& flags, const base::Environment& environment) {
  auto [sources, problems] = gather(flags, environment);
  auto loaded = config::load(sources);
  std::move(loaded.problems.begin(), loaded.problems.end(), std::back_inserter(problems));
  loaded.problems = std::move(problems);
  return loaded;
}

std::optional<base::Path> state_folder_of(const config::Flags& flags, const Console& console) {
  auto loaded = load_options(flags, console.environment);
  std::erase_if(loaded.problems, [](const config::Problem& problem) {
    return problem.option != "state-dir" && problem.option != "config" && !problem.option.empty();
  });
  if (!loaded.problems.empty()) {
    std::ignore = console.refuse("options", loaded.problems);  // the caller knows its exit code
    return std::nullopt;
  }
  return base::Path(loaded.options.state_dir);
}

base::LogOptions passing_log(const config::Loaded& loaded) {
  auto log = loaded.options.log;
  if (loaded.settings.get("log-level").origin == config::Origin::Default) {
    log.level = base::LogLevel::Error;
  }
  return log;
}

}  // namespace ecrelay::app
