#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "store/blob_reader.hpp"
#include "store/store.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::store {

/// `size` bytes that differ from place to place.
inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i * 131 + i / 4096) & 0xff);
  }
  return bytes;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline base::Digest digest_no(int number) {
  return base::sha256(std::to_string(number));
}

/// Reads from `offset` to the end; the error where it ends short.
inline base::Result<std::string> read_all(BlobReader& reader, std::uint64_t offset = 0,
                                          std::size_t step = 100'000) {
  std::string bytes;
  std::string piece(step, '\0');
  while (offset < reader.size()) {
    ECRELAY_TRY(const auto got, reader.read(offset, std::as_writable_bytes(std::span(piece)),
                                            base::Deadline::after(std::chrono::seconds(10))));
    bytes.append(piece, 0, got);
    offset += got;
  }
  return bytes;
}

/// File calls that fail where the test wants it, with Io. Thread-safe.
class FaultyFileOps final : public base::FileOps {
 public:
  enum class Call { Open, Truncate, Allocate, Write, Sync, Rename, Remove, Read };

  void fail(Call call) {
    const std::lock_guard lock(mutex_);
    failing_.insert(call);
  }
  void mend() {
    const std::lock_guard lock(mutex_);
    failing_.clear();
  }
  /// Runs before each remove(), on the removing thread. Set it before the store works.
  std::function<void(const base::Path&)> before_remove;

  base::Result<base::UniqueFd> open(const base::Path& path, base::OpenMode mode) override {
    ECRELAY_TRY_VOID(check(Call::Open));
    return base::FileOps::open(path, mode);
  }
  base::Result<void> write_at(int fd, std::uint64_t offset,
                              std::span<const std::byte> data) override {
    if (auto failed = check(Call::Write); !failed.ok()) {
      std::ignore =
          base::FileOps::write_at(fd, offset, data.first(data.size() / 2));  // a disk full
      return failed;
    }
    return base::FileOps::write_at(fd, offset, data);
  }
  base::Result<std::size_t> read_at(int fd, std::uint64_t offset,
                                    std::span<std::byte> data) override {
    ECRELAY_TRY_VOID(check(Call::Read));
    return base::FileOps::read_at(fd, offset, data);
  }
  base::Result<void> sync_data(int fd) override {
    ECRELAY_TRY_VOID(check(Call::Sync));
    return base::FileOps::sync_data(fd);
  }
  base::Result<void> rename(const base::Path& from, const base::Path& to) override {
    ECRELAY_TRY_VOID(check(Call::Rename));
    return base::FileOps::rename(from, to);
  }
  base::Result<void> truncate(int fd, std::uint64_t size) override {
    ECRELAY_TRY_VOID(check(Call::Truncate));
    return base::FileOps::truncate(fd, size);
  }
  base::Result<void> allocate(int fd, std::uint64_t size) override {
    ECRELAY_TRY_VOID(check(Call::Allocate));
    return base::FileOps::allocate(fd, size);
  }
  base::Result<void> remove(const base::Path& path) override {
    if (before_remove) {
      before_remove(path);
    }
    ECRELAY_TRY_VOID(check(Call::Remove));
    return base::FileOps::remove(path);
  }

 private:
  base::Result<void> check(Call call) {
    const std::lock_guard lock(mutex_);
    return failing_.contains(call)
               ? base::Result<void>(base::Error{base::ErrorCode::Io, "a fault of the test"})
               : base::Result<void>();
  }

  std::mutex mutex_;
  std::set<Call> failing_;
};

/// A store in a folder of its own, which can be closed and opened again.
class StoreInFolder {
 public:
  explicit StoreInFolder(std::uint64_t limit = std::uint64_t{64} << 20) : limit_(limit) {
    reopen();
  }
  /// Ends the store, as a restart does, and opens another on what it left.
  void reopen() {
    store.reset();
    store = std::make_unique<Store>(StoreOptions{folder.path(), limit_}, ops);
  }
  void set_limit(std::uint64_t limit) { limit_ = limit; }

  [[nodiscard]] base::Path blob_file(const base::Digest& digest) const {
    const auto hex = digest.hex();
    return folder.path() / "v1" / "blobs" / digest.algorithm_name() / hex.substr(0, 2) / hex;
  }
  /// Files under a folder of the store.
  [[nodiscard]] std::size_t files_in(const std::string& name) const {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder.path() / "v1" / name)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }
  /// Puts the bytes; gives their digest.
  base::Digest put(const std::string& bytes, const std::string& job = "") {
    const auto digest = base::sha256(bytes);
    EXPECT_TRUE(store->put(digest, bytes, job).ok());
    return digest;
  }

  support::TempFolder folder;
  FaultyFileOps ops;
  std::unique_ptr<Store> store;

 private:
  std::uint64_t limit_;
};

}  // namespace ecrelay::store
