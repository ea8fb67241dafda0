#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "app/command_definitions.hpp"
#include "config/option_table.hpp"

namespace CLI {
class App;
}

namespace ecrelay::app {

/// Which options of config's table a command takes.
enum class Takes { Folders, FoldersAndJob, Relay, Everything };

/// One command under definition, below `parent`, which owns it and has to outlive this.
/// Single-thread.
class Command {
 public:
  /// `examples` are whole lines, for the end of --help.
  Command(CLI::App& parent, std::string name, std::string what, const std::string& examples = {});

  [[nodiscard]] CLI::App& app() { return *app_; }

  /// Options of the table, and --quiet.
  Command& options(Takes which, const std::shared_ptr<Given>& given);

  /// A value that `parse` (text to Result) has to accept and `target` then holds.
  template <typename Parse, typename Target>
  Command& value(const std::string& flag, const std::string& value_name, const std::string& help,
                 Parse parse, std::shared_ptr<Target> target) {
    return add_value(
        flag, value_name, help,
        [parse](const std::string& text) {
          const auto parsed = parse(text);
          return parsed.ok() ? std::string() : parsed.error().message;
        },
        [parse, target](const std::string& text) { *target = std::move(parse(text)).value(); });
  }

  /// Has `run` in `chosen` once the command was named. `chosen` is borrowed.
  void runs(Run& chosen, Run run);

 private:
  using Check =
      std::function<std::string(const std::string&)>;  ///< gives what is wrong, or nothing
  using Take = std::function<void(const std::string&)>;
  Command& add_value(const std::string& flag, const std::string& value_name,
                     const std::string& help, const Check& check, const Take& take);
  void add(const config::Option& option, const std::shared_ptr<Given>& given);

  CLI::App* app_;
};

}  // namespace ecrelay::app
