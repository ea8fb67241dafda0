#include "support/ecr_double/content.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/unique_fd.hpp"

namespace ecrelay::ecr_double {

Content::Content(std::string bytes) {
  auto owned = std::make_shared<const std::string>(std::move(bytes));
  bytes_ = *owned;
  owner_ = std::move(owned);
}

base::Result<Content> Content::map_file(const std::filesystem::path& path) {
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!file.valid() || ::fstat(file.get(), &info) != 0) {
    return base::errno_error(path.string(), errno);
  }
  if (info.st_size == 0) {
    return Content(std::string());
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (start == MAP_FAILED) {
    return base::errno_error(path.string(), errno);
  }
  Content content;
  content.owner_ =
      std::shared_ptr<const void>(start, [size](void* mapped) { ::munmap(mapped, size); });
  content.bytes_ = {static_cast<const char*>(start), size};
  return content;
}

Content Content::slice(std::uint64_t offset, std::uint64_t length) const {
  Content part = *this;
  part.bytes_ = bytes_.substr(std::min<std::uint64_t>(offset, bytes_.size()), length);
  return part;
}

}  // namespace ecrelay::ecr_double
