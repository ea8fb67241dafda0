#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

namespace ecrelay::store {

/// The blobs that are held, their order of use, and the bound of the store. Sizes count in blocks
/// of 4 KiB, as the disk does. Knows nothing of files: reserve() names the victims, the caller
/// unlinks them. Thread-safe.
class Space {
 public:
  explicit Space(std::uint64_t limit) : limit_(limit) {}

  static std::uint64_t rounded(std::uint64_t size);

  /// Takes room for `size` bytes before they are written and gives the blobs that have to go for
  /// it, which are no longer held: first the least recently used that no open job used, then the
  /// least recently used; never one that is pinned. NoSpace where that is not enough, AlreadyExists
  /// where this digest is held or reserved; nothing changes then.
  base::Result<std::vector<base::Digest>> reserve(const base::Digest& digest, std::uint64_t size);
  void release(const base::Digest& digest, std::uint64_t size);
  /// A reservation becomes a held blob, pinned once.
  void commit(const base::Digest& digest, std::uint64_t size, const std::string& job);

  /// A blob found on disk at start, once; call in the order of last use. False: it has to be
  /// unlinked.
  bool adopt(const base::Digest& digest, std::uint64_t size);

  /// Held: pins it (until unpin), makes it the most recently used, and gives its size.
  std::optional<std::uint64_t> pin(const base::Digest& digest, const std::string& job);
  void unpin(const base::Digest& digest);
  [[nodiscard]] std::optional<std::uint64_t> size_of(const base::Digest& digest) const;
  /// Held or reserved.
  [[nodiscard]] bool knows(const base::Digest& digest) const;
  /// Forgets a blob, e.g. one that turned out corrupt; its pins stay until they are released. False
  /// if it was not held.
  bool forget(const base::Digest& digest);
  /// Whether the blob was held since the start and had to go. Of the last 10,000 that did.
  [[nodiscard]] bool was_evicted(const base::Digest& digest) const;

  void job_opened(const std::string& job);
  void job_closed(const std::string& job);

  struct Usage {
    std::uint64_t limit = 0;
    std::uint64_t used = 0;      ///< held and reserved, in blocks
    std::uint64_t reserved = 0;  ///< of `used`
    std::uint64_t blobs = 0;
    std::uint64_t evictions = 0;
  };
  [[nodiscard]] Usage usage() const;

 private:
  struct Entry {
    std::uint64_t size = 0;
    std::vector<std::string> jobs;  // that used it, as far as they are open
    std::list<base::Digest>::iterator place;
  };
  using Entries = std::unordered_map<base::Digest, Entry>;

  void collect_victims(std::uint64_t needed, bool spare_open_jobs, std::uint64_t& freed,
                       std::vector<base::Digest>& victims,
                       std::unordered_set<base::Digest>& chosen) const;
  void erase(Entries::iterator entry);
  void note_use_locked(Entry& entry, const std::string& job) const;
  [[nodiscard]] bool used_by_open_job_locked(const Entry& entry) const;
  void insert_locked(const base::Digest& digest, std::uint64_t size, const std::string& job);
  void remember_eviction(const base::Digest& digest);

  const std::uint64_t limit_;
  mutable std::mutex mutex_;
  Entries entries_;
  // Apart from the entries: a reader of a forgotten blob outlives its entry, and may meet a new
  // one.
  std::unordered_map<base::Digest, unsigned> pins_;
  std::list<base::Digest> order_;  // the least recently used first
  std::unordered_set<base::Digest> reserved_digests_;
  std::unordered_set<std::string> open_jobs_;
  std::uint64_t used_ = 0;
  std::uint64_t reserved_ = 0;
  std::uint64_t evictions_ = 0;
  std::unordered_set<base::Digest> evicted_;
  std::list<base::Digest> evicted_order_;  // the longest gone first
};

}  // namespace ecrelay::store
