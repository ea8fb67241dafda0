#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace ecrelay::base {

using Path = std::filesystem::path;

enum class OpenMode { Read, ReadWriteCreate, CreateExclusive };

/// Every file call that the store's durability rests on, so that a test can make any one of them
/// fail. Thread-safe. The real one is system_file_ops(). EINTR and short transfers are dealt with
/// inside; errors name the path.
class FileOps {
 public:
  virtual ~FileOps() = default;

  /// CLOEXEC; new files have mode 0644 less the umask.
  virtual Result<UniqueFd> open(const Path& path, OpenMode mode);
  /// All of `data` at `offset`.
  virtual Result<void> write_at(int fd, std::uint64_t offset, std::span<const std::byte> data);
  /// As many bytes as there are, up to data.size(); 0 at the end of the file.
  virtual Result<std::size_t> read_at(int fd, std::uint64_t offset, std::span<std::byte> data);
  virtual Result<void> sync_data(int fd);
  virtual Result<void> rename(const Path& from, const Path& to);
  /// A file that is not there is no error.
  virtual Result<void> remove(const Path& path);
  virtual Result<void> truncate(int fd, std::uint64_t size);
  /// Blocks for `size` bytes, so that later writes cannot run out of space; the file gets that
  /// size. No error where the file system cannot do it.
  virtual Result<void> allocate(int fd, std::uint64_t size);
};

FileOps& system_file_ops();

/// A whole small file. NotFound if it is not there; InvalidArgument if larger than `limit` bytes.
Result<std::string> read_file(const Path& path, std::size_t limit = std::size_t{16} << 20);

enum class FileMode : unsigned { Private = 0600, Shared = 0644 };

/// The whole file or the old one, never a part: temporary file beside it, fdatasync, rename.
Result<void> write_file(const Path& path, std::string_view content,
                        FileMode mode = FileMode::Shared);

/// With its parents; there already is no error.
Result<void> make_folders(const Path& path);

}  // namespace ecrelay::base
