#pragma once

#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "base/unique_fd.hpp"
#include "store/blob_reader.hpp"
#include "store/space.hpp"

namespace ecrelay::store {

/// A blob that is held whole; releases its pin when it ends.
class StoredBlob final : public BlobReader {
 public:
  /// Takes over one pin of `space`.
  StoredBlob(Space& space, base::FileOps& ops, const base::Digest& digest, std::uint64_t size,
             base::UniqueFd file)
      : space_(space), ops_(ops), digest_(digest), size_(size), file_(std::move(file)) {}
  ~StoredBlob() override { space_.unpin(digest_); }
  StoredBlob(const StoredBlob&) = delete;
  StoredBlob& operator=(const StoredBlob&) = delete;

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  base::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> data,
                                 base::Deadline deadline) override;

 private:
  Space& space_;
  base::FileOps& ops_;
  const base::Digest digest_;
  const std::uint64_t size_;
  const base::UniqueFd file_;
};

}  // namespace ecrelay::store
