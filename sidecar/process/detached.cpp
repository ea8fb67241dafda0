#include "process/detached.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "base/unique_fd.hpp"
#include "process/launch.hpp"

namespace ecrelay::process {
namespace {

base::Result<base::UniqueFd> open_for_child(const base::Path& path, int flags) {
  const base::UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  // Above 2, out of the way of the child's streams, should this process have had one of them
  // closed.
  base::UniqueFd above(fd.valid() ? ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3) : -1);
  if (!above.valid()) {
    return base::errno_error("opening " + path.string(), errno);
  }
  return above;
}

}  // namespace

base::Result<pid_t> spawn_detached(const std::vector<std::string>& argv, const base::Path& log_file,
                                   const ChildEnvironment& environment) {
  ECRELAY_TRY(const auto null, open_for_child("/dev/null", O_RDONLY));
  ECRELAY_TRY(const auto log, open_for_child(log_file, O_WRONLY | O_CREAT | O_APPEND));
  return launch({.argv = argv,
                 .environment = environment,
                 .stdio = {null.get(), log.get(), log.get()},
                 .group = ChildGroup::OwnSession});
}

}  // namespace ecrelay::process
