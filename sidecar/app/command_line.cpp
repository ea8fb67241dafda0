#include "app/command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "app/command_definitions.hpp"
#include "app/version.hpp"

namespace ecrelay::app {
namespace {

constexpr std::size_t kNameColumn = 34;
constexpr const char* kNoCommand = "the command has to stand behind --: ecrelay exec -- CMD...";

/// The named commands below `root`, the innermost last: "job", "close".
std::vector<CLI::App*> named_commands(CLI::App& root) {
  std::vector<CLI::App*> named;
  for (auto below = root.get_subcommands(); !below.empty();
       below = named.back()->get_subcommands()) {
    named.push_back(below.front());
  }
  return named;
}

CommandLine wrong_usage(CLI::App& root, const std::string& why) {
  std::string name;
  for (const auto* command : named_commands(root)) {
    name += (name.empty() ? "" : " ") + command->get_name();
  }
  const auto hint = name.empty() ? "ecrelay --help" : "ecrelay " + name + " --help";
  const auto what = name.empty() ? "command line" : name;
  return {nullptr, Verbosity::Normal, "ecrelay: " + what + ": " + why + " (see " + hint + ")\n",
          kWrongUsage};
}

CommandLine to_print(std::string text) {
  return {nullptr, Verbosity::Normal, std::move(text), kDone};
}

/// `exec -- CMD...`: what stands behind the dashes is the command's alone, options too.
std::vector<std::string> cut_behind_dashes(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "exec") {
    return {};
  }
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) {
    return {};
  }
  std::vector<std::string> behind(std::next(dashes), arguments.end());
  arguments.erase(dashes, arguments.end());
  return behind;
}

}  // namespace

CommandLine parse_command_line(std::vector<std::string> arguments) {
  CLI::App root("Pulls container images through Amazon ECR, beside a CI job.", "ecrelay");
  root.require_subcommand(1);
  root.set_version_flag("--version", "ecrelay " + std::string(version()));
  root.get_formatter()->column_width(kNameColumn);
  const auto given = std::make_shared<Given>();
  Run chosen;
  define_commands(root, given, chosen);
  given->behind_dashes = cut_behind_dashes(arguments);
  const bool lacks_command =
      !arguments.empty() && arguments.front() == "exec" && given->behind_dashes.empty();
  std::reverse(arguments.begin(), arguments.end());  // the library takes the last first
  try {
    root.parse(std::move(arguments));
  } catch (const CLI::CallForVersion&) {
    return to_print("ecrelay " + std::string(version()) + "\n");
  } catch (const CLI::CallForHelp&) {
    return to_print(root.help());
  } catch (const CLI::ExtrasError& error) {
    return wrong_usage(root, lacks_command ? kNoCommand : error.what());
  } catch (const CLI::ParseError& error) {
    return wrong_usage(root, error.what());
  }
  if (lacks_command) {
    return wrong_usage(root, kNoCommand);
  }
  return {chosen, given->quiet ? Verbosity::Quiet : Verbosity::Normal, {}, kDone};
}

}  // namespace ecrelay::app
