#include "app/process_identity.hpp"

#include <cstddef>
#include <string>

#include "base/file_ops.hpp"
#include "base/strings.hpp"

namespace ecrelay::app {

std::optional<ProcessIdentity> process_of(std::int64_t pid) {
  if (pid <= 0) {
    return std::nullopt;
  }
  const auto stat = base::read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!stat.ok()) {
    return std::nullopt;
  }
  // The program's name, field 2, may hold spaces and parentheses: the last one ends it.
  const auto name_end = stat->rfind(") ");
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  constexpr std::size_t kState = 0;        // field 3
  constexpr std::size_t kStartTicks = 19;  // field 22
  const auto fields = base::split(stat->substr(name_end + 2), ' ');
  if (fields.size() <= kStartTicks || fields[kState] == "Z" || fields[kState] == "X") {
    return std::nullopt;
  }
  const auto ticks = base::parse_uint(fields[kStartTicks]);
  if (!ticks) {
    return std::nullopt;
  }
  return ProcessIdentity{pid, static_cast<std::int64_t>(*ticks)};
}

}  // namespace ecrelay::app
