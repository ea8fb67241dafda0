#pragma once

#include <filesystem>

#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace ecrelay::store {

/// Where things lie in the cache folder (docs/architecture.md, "On disk"). The format's version is
/// in the folder's name, so that another version never misreads it. Immutable after open().
///
///   CACHEDIR.TAG  lock  v1/index.db  v1/blobs/sha256/ab/<hex>  v1/partial/sha256-<hex>
class Layout {
 public:
  /// Makes the folders and takes the lock. AlreadyExists if another relay holds it.
  static base::Result<Layout> open(const base::Path& folder);

  [[nodiscard]] base::Path blobs() const { return root_ / "blobs"; }
  [[nodiscard]] base::Path partials() const { return root_ / "partial"; }
  [[nodiscard]] base::Path index_file() const { return root_ / "index.db"; }
  [[nodiscard]] base::Path blob(const base::Digest& digest) const;
  [[nodiscard]] base::Path partial(const base::Digest& digest) const;

 private:
  Layout(base::Path root, base::UniqueFd lock) : root_(std::move(root)), lock_(std::move(lock)) {}
  base::Path root_;
  base::UniqueFd lock_;
};

}  // namespace ecrelay::store
