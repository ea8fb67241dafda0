#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/blob_reader.hpp"
#include "store/fill.hpp"
#include "store/layout.hpp"
#include "store/names_index.hpp"
#include "store/space.hpp"
#include "store/unlinker.hpp"

namespace ecrelay::store {

struct StoreOptions {
  base::Path folder;
  std::uint64_t limit = 0;  ///< bytes, of blobs, partial files and reservations together
};

/// The content-addressed files on the runner's disk, manifests among them. Opening never fails: a
/// folder that cannot be used gives a store that holds nothing and takes nothing, and says why in
/// problem(). Every blob in it had the right digest when it was renamed into place. Thread-safe.
class Store {
 public:
  Store(const StoreOptions& options, base::FileOps& ops);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Empty where all is well.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// The blob if it is held; it counts as used by `job` now.
  std::unique_ptr<BlobReader> open(const base::Digest& digest, const std::string& job);
  [[nodiscard]] std::optional<std::uint64_t> size_of(const base::Digest& digest) const;
  /// A small blob, whole (a manifest). NotFound if it is not held; Corrupt, and forgotten, if its
  /// bytes no longer have the digest; InvalidArgument if it is larger than `limit` bytes.
  base::Result<std::string> load(const base::Digest& digest, const std::string& job,
                                 std::uint64_t limit);

  /// Whether a blob of this size could ever be held; if not, do not begin.
  [[nodiscard]] bool could_hold(std::uint64_t size) const;

  /// Reserves the room and makes the partial file. AlreadyExists if the blob is held or being
  /// filled; NoSpace, Io, ...: stream the blob through instead.
  base::Result<std::shared_ptr<Fill>> begin(const base::Digest& digest, std::uint64_t size,
                                            const std::string& job);
  /// A small blob put whole; held already is no error.
  base::Result<void> put(const base::Digest& digest, std::string_view bytes,
                         const std::string& job);

  NamesIndex& names() { return *names_; }
  Space& space() { return space_; }

 private:
  /// Corrupt, and forgotten, where the file has another size than the blob.
  base::Result<std::unique_ptr<BlobReader>> open_checked(const base::Digest& digest,
                                                         const std::string& job);
  /// The empty file of a fill, with its blocks, so that a full disk shows before the first byte.
  base::Result<base::UniqueFd> make_partial(const base::Digest& digest, std::uint64_t size);

  base::FileOps& ops_;
  Space space_;
  std::optional<Layout> layout_;
  std::string problem_;
  std::unique_ptr<NamesIndex> names_;
  std::unique_ptr<Unlinker> unlinker_;
};

}  // namespace ecrelay::store
