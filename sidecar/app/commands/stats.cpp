#include <cstdint>
#include <string>

#include "app/commands/commands.hpp"
#include "app/option_loading.hpp"
#include "base/clock.hpp"

namespace ecrelay::app {
namespace {

base::Result<std::string> history_text(const base::Path& state_folder, std::int64_t since,
                                       const StatsRequest& request) {
  ECRELAY_TRY(auto database, open_statistics(state_folder));
  ECRELAY_TRY(const auto rows, stats::history(database, since, request.by));
  return stats::stats_output(rows, request.by, since, request.format);
}

}  // namespace

int show_stats(const config::Flags& flags, const StatsRequest& request, const Console& console) {
  const auto state_folder = state_folder_of(flags, console);
  if (!state_folder) {
    return kWrongUsage;
  }
  const auto since = base::unix_micros(base::Wall::now() - request.since);
  const auto text = history_text(*state_folder, since, request);
  if (!text.ok()) {
    return console.fail("stats", text.error());
  }
  console.out << *text;
  return kDone;
}

}  // namespace ecrelay::app
