#include "store/layout.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace ecrelay::store {
namespace {

// https://bford.info/cachedir/: backup programs leave a folder with this file out.
constexpr std::string_view kCacheDirTag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is ecrelay's store of container images. It may be deleted at any time.\n";

base::Result<base::UniqueFd> take_lock(const base::Path& path) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) {
    return base::errno_error(path.string(), errno);
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::Error{base::ErrorCode::AlreadyExists,
                       path.parent_path().string() +
                           ": another relay uses this store; give each its own --cache-dir"};
  }
  return fd;
}

}  // namespace

base::Result<Layout> Layout::open(const base::Path& folder) {
  const auto root = folder / "v1";
  ECRELAY_TRY_VOID(base::make_folders(root / "partial"));
  ECRELAY_TRY_VOID(base::make_folders(root / "blobs"));
  ECRELAY_TRY(auto lock, take_lock(folder / "lock"));
  std::error_code unreadable;  // then it is written anew, or not, and that says why
  if (!std::filesystem::exists(folder / "CACHEDIR.TAG", unreadable)) {
    ECRELAY_TRY_VOID(base::write_file(folder / "CACHEDIR.TAG", kCacheDirTag));
  }
  return Layout(root, std::move(lock));
}

base::Path Layout::blob(const base::Digest& digest) const {
  const auto hex = digest.hex();
  return blobs() / digest.algorithm_name() / hex.substr(0, 2) / hex;
}

base::Path Layout::partial(const base::Digest& digest) const {
  return partials() / (std::string(digest.algorithm_name()) + "-" + digest.hex());
}

}  // namespace ecrelay::store
