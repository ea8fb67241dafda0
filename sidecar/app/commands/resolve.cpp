#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/option_loading.hpp"
#include "app/relay.hpp"
#include "app/resolved_reference.hpp"
#include "app/running_relay.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/strings.hpp"
#include "oci/reference.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

constexpr auto kLookTime = std::chrono::seconds(10);

/// A state directory for a relay that keeps no statistics; removed with all that is in it.
class PassingFolder {
 public:
  static base::Result<PassingFolder> make() {
    auto pattern = (std::filesystem::temp_directory_path() / "ecrelay-resolve-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      return base::errno_error(pattern, errno);
    }
    return PassingFolder(pattern);
  }
  PassingFolder(PassingFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PassingFolder(const PassingFolder&) = delete;
  ~PassingFolder() {
    if (!path_.empty()) {
      std::error_code ignored;  // what is left over is the machine's to clean
      std::filesystem::remove_all(path_, ignored);
    }
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit PassingFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

base::Result<Json> ask_relay(RelayClient& client, const std::vector<std::string>& references) {
  std::string target = "/api/v1/resolve?";
  for (const auto& reference : references) {
    target += "&ref=" + base::percent_encode(reference);
  }
  return client.get_json(target);
}

/// With a relay of its own for the moment, which is asked nothing else.
base::Result<Json> look_for_itself(config::ServeOptions options,
                                   const std::vector<std::string>& references,
                                   const Console& console) {
  ECRELAY_TRY(const auto folder, PassingFolder::make());
  options.state_dir = folder.path();
  options.listen = {{"127.0.0.1", 0}};
  options.job = {config::JobKind::None, {}};
  ECRELAY_TRY(const auto relay, Relay::start(options, console.environment));
  std::ignore = relay->wait_first_look(base::Deadline::after(kLookTime));
  for (const auto& why : {relay->not_ready_reason(), relay->store().problem()}) {
    if (!why.empty()) {
      console.warn("resolve", why);
    }
  }
  Json resolved = Json::array();
  for (const auto& reference : references) {
    ECRELAY_TRY(const auto json, resolved_json(*relay, reference));
    resolved.push(json);
  }
  return resolved;
}

base::Result<Json> resolve_all(const config::ServeOptions& options,
                               const std::vector<std::string>& references, const Console& console) {
  const base::Path state_folder = options.state_dir;
  const auto found = find_relay(state_folder);
  if (found.state == RelayState::Running) {
    auto client = client_of(found.record, state_folder, console.environment);
    return ask_relay(client, references);
  }
  return look_for_itself(options, references, console);
}

}  // namespace

int resolve(const config::Flags& flags, const std::vector<std::string>& references,
            ListFormat format, const Console& console) {
  auto loaded = load_options(flags, console.environment);
  if (!loaded.problems.empty()) {
    return console.refuse("resolve", loaded.problems);
  }
  for (const auto& reference : references) {
    if (const auto parsed = oci::ImageReference::parse(reference); !parsed.ok()) {
      console.warn("resolve", "'" + base::printable(reference) + "': " + parsed.error().message);
      return kWrongUsage;
    }
  }
  if (const auto configured = base::configure_log(passing_log(loaded)); !configured.ok()) {
    return console.fail("resolve", configured.error());
  }
  const auto resolved = resolve_all(loaded.options, references, console);
  if (!resolved.ok()) {
    return console.fail("resolve", resolved.error());
  }
  console.out << (format == ListFormat::Json ? resolved->dump(Json::Layout::Indented) + "\n"
                                             : resolved_table(*resolved));
  return kDone;
}

}  // namespace ecrelay::app
