#include "app/command_builder.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace ecrelay::app {
namespace {

bool takes(Takes which, std::string_view name) {
  switch (which) {
    case Takes::Everything:
      return true;
    case Takes::Relay:
      return name != "show-config";
    case Takes::FoldersAndJob:
    case Takes::Folders:
      break;
  }
  return name == "state-dir" || name == "cache-dir" || name == "config" ||
         (name == "job" && which == Takes::FoldersAndJob);
}

std::string help_of(const config::Option& option) {
  const auto fallback = option.default_text.empty() ? option.default_note : option.default_text;
  std::string text(option.help);
  if (!fallback.empty() && option.kind != config::OptionKind::Switch) {
    text += ". Default: " + std::string(fallback);
  }
  if (option.places != config::OptionPlaces::FlagOnly) {
    text += " [" + option.variable() + "]";
  }
  return text;
}

}  // namespace

Command::Command(CLI::App& parent, std::string name, std::string what, const std::string& examples)
    : app_(parent.add_subcommand(std::move(name), std::move(what))) {
  if (!examples.empty()) {
    app_->footer("Examples:\n" + examples);
  }
}

Command& Command::options(Takes which, const std::shared_ptr<Given>& given) {
  for (const auto& option : config::option_table()) {
    if (takes(which, option.name)) {
      add(option, given);
    }
  }
  app_->add_flag("-q,--quiet", given->quiet, "Print results and errors alone");
  return *this;
}

Command& Command::add_value(const std::string& flag, const std::string& value_name,
                            const std::string& help, const Check& check, const Take& take) {
  app_->add_option_function<std::string>(flag, take, help)->type_name(value_name)->check(check);
  return *this;
}

void Command::add(const config::Option& option, const std::shared_ptr<Given>& given) {
  const std::string name(option.name);
  const std::string value_name(option.value_name);
  const auto give = [given, name](const std::string& value) { given->flags.emplace(name, value); };
  switch (option.kind) {
    case config::OptionKind::Switch:
      app_->add_flag_function(
          option.flag(), [give](std::int64_t count) { give(count > 0 ? "true" : "false"); },
          help_of(option));
      break;
    case config::OptionKind::Value:
      app_->add_option_function<std::string>(option.flag(), give, help_of(option))
          ->type_name(value_name)
          ->take_last();
      break;
    case config::OptionKind::List:
      app_->add_option_function<std::vector<std::string>>(
              option.flag(),
              [give](const std::vector<std::string>& values) {
                for (const auto& value : values) {
                  give(value);
                }
              },
              help_of(option))
          ->type_name(value_name)
          ->allow_extra_args(false);
      break;
  }
}

void Command::runs(Run& chosen, Run run) {
  app_->callback([&chosen, run = std::move(run)] { chosen = run; });
}

}  // namespace ecrelay::app
