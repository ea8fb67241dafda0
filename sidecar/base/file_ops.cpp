#include "base/file_ops.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <tuple>

#include "base/random.hpp"

namespace ecrelay::base {
namespace {

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::Read:
      return O_RDONLY;
    case OpenMode::ReadWriteCreate:
      return O_RDWR | O_CREAT;
    case OpenMode::CreateExclusive:
      return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

}  // namespace

Result<UniqueFd> FileOps::open(const Path& path, OpenMode mode) {
  UniqueFd fd(::open(path.c_str(), flags_of(mode) | O_CLOEXEC, 0644));
  if (!fd.valid()) {
    return errno_error(path.string(), errno);
  }
  return fd;
}

Result<void> FileOps::write_at(int fd, std::uint64_t offset, std::span<const std::byte> data) {
  while (!data.empty()) {
    const auto written = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno_error("write", errno);
    }
    offset += static_cast<std::uint64_t>(written);
    data = data.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::size_t> FileOps::read_at(int fd, std::uint64_t offset, std::span<std::byte> data) {
  std::size_t total = 0;
  while (total < data.size()) {
    const auto got =
        ::pread(fd, data.data() + total, data.size() - total, static_cast<off_t>(offset + total));
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno_error("read", errno);
    }
    if (got == 0) {
      break;
    }
    total += static_cast<std::size_t>(got);
  }
  return total;
}

Result<void> FileOps::sync_data(int fd) {
  if (::fdatasync(fd) != 0) {
    return errno_error("fdatasync", errno);
  }
  return {};
}

Result<void> FileOps::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return errno_error("rename " + from.string() + " to " + to.string(), errno);
  }
  return {};
}

Result<void> FileOps::remove(const Path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return errno_error("unlink " + path.string(), errno);
  }
  return {};
}

Result<void> FileOps::truncate(int fd, std::uint64_t size) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0) {
    return errno_error("ftruncate", errno);
  }
  return {};
}

Result<void> FileOps::allocate(int fd, std::uint64_t size) {
  // fallocate(2), not posix_fallocate(3), which would write zeros where it is not supported.
  while (size > 0 && ::fallocate(fd, 0, 0, static_cast<off_t>(size)) != 0) {
    if (errno == EOPNOTSUPP || errno == ENOSYS) {
      return {};
    }
    if (errno != EINTR) {
      return errno_error("fallocate", errno);
    }
  }
  return {};
}

FileOps& system_file_ops() {
  static FileOps ops;
  return ops;
}

Result<std::string> read_file(const Path& path, std::size_t limit) {
  auto& ops = system_file_ops();
  ECRELAY_TRY(const auto fd, ops.open(path, OpenMode::Read));
  std::string content;
  while (true) {
    constexpr std::size_t kStep = 65536;
    const auto old = content.size();
    content.resize(old + kStep);
    auto got = ops.read_at(fd.get(), old, std::as_writable_bytes(std::span(content).subspan(old)));
    if (!got.ok()) {
      return got.error().within(path.string());
    }
    content.resize(old + *got);
    if (content.size() > limit) {
      return Error{ErrorCode::InvalidArgument,
                   path.string() + ": larger than " + std::to_string(limit) + " bytes"};
    }
    if (*got < kStep) {
      return content;
    }
  }
}

Result<void> write_file(const Path& path, std::string_view content, FileMode mode) {
  auto& ops = system_file_ops();
  Path temporary = path;
  temporary += "." + random_hex(6) + ".tmp";
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                           static_cast<mode_t>(mode)));
  if (!fd.valid()) {
    return errno_error(temporary.string(), errno);
  }
  auto done = ops.write_at(fd.get(), 0, std::as_bytes(std::span(content)));
  if (done.ok()) {
    done = ops.sync_data(fd.get());
  }
  if (done.ok()) {
    done = ops.rename(temporary, path);
  }
  if (!done.ok()) {
    std::ignore = ops.remove(temporary);  // the first error is the one to tell
    return done.error().within(path.string());
  }
  return {};
}

Result<void> make_folders(const Path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return errno_error(path.string(), error.value());
  }
  return {};
}

}  // namespace ecrelay::base
