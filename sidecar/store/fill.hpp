#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/blob_reader.hpp"
#include "store/layout.hpp"
#include "store/space.hpp"

namespace ecrelay::store {

/// The one download that brings a blob into the store. One thread writes, at the front; any number
/// read behind it, at any offset. The last bytes are withheld until the digest of all is right, so
/// that nobody ever gets the whole of a wrong blob; then the file is synced, renamed and held.
/// Dropped without commit(), it takes its partial file and its reservation with it. Thread-safe.
class Fill : public std::enable_shared_from_this<Fill> {
 public:
  /// Bytes held back until the digest is right: enough that what a client lacks of a wrong blob
  /// cannot be guessed, little enough that holding them back costs no time.
  static constexpr std::uint64_t kWithheld = 64 * 1024;

  Fill(const Layout& layout, Space& space, base::FileOps& ops, base::Digest digest,
       std::uint64_t size, std::string job, base::UniqueFd file);
  ~Fill();
  Fill(const Fill&) = delete;
  Fill& operator=(const Fill&) = delete;

  [[nodiscard]] const base::Digest& digest() const { return digest_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Bytes [0, front) are written and hashed: where the next write begins.
  [[nodiscard]] std::uint64_t front() const;
  /// Appends at `offset`, which has to be front(). InvalidArgument for another offset or past the
  /// end; NoSpace or Io from the disk.
  base::Result<void> write(std::uint64_t offset, std::span<const std::byte> data);
  /// After the last byte: the blob is held. Corrupt if the digest is wrong; then, as after any
  /// other error, nobody has been told yet: discard() and fail().
  base::Result<void> commit();
  /// Gives back the room and the partial file, so that another fill of the digest may begin;
  /// readers keep what is there already. No effect after commit().
  void discard();
  /// No more bytes will come: discards, and readers get this error. No effect after commit().
  void fail(const base::Error& why);

  /// Keeps the fill, and once it is committed the blob, as long as it lives.
  std::unique_ptr<BlobReader> reader();

 private:
  class Reader;
  [[nodiscard]] std::uint64_t readable_locked() const;
  base::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> data,
                                 base::Deadline deadline);
  base::Result<void> publish();

  const Layout& layout_;
  Space& space_;
  base::FileOps& ops_;
  const base::Digest digest_;
  const std::uint64_t size_;
  const std::string job_;
  const base::UniqueFd file_;
  base::Hasher hasher_;  // of the writing thread alone

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t front_ = 0;
  bool committed_ = false;
  bool discarded_ = false;
  std::optional<base::Error> failure_;
};

}  // namespace ecrelay::store
