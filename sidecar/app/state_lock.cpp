#include "app/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace ecrelay::app {

base::Result<StateLock> StateLock::take(const base::Path& state_folder) {
  ECRELAY_TRY_VOID(base::make_folders(state_folder));
  const auto path = state_folder / "lock";
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) {
    return base::errno_error(path.string(), errno);
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
    return StateLock(std::move(fd));
  }
  if (errno == EWOULDBLOCK) {
    return base::Error{base::ErrorCode::AlreadyExists,
                       "another relay uses " + state_folder.string() +
                           "; stop it, or give each its own --state-dir and --cache-dir"};
  }
  return base::errno_error(path.string(), errno);
}

}  // namespace ecrelay::app
