#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ecrelay::store {

/// A blob being read, stored whole or still filling; while it lives the blob is not evicted. One
/// thread at a time.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// The bytes at `offset` (< size()), at least one; waits for bytes that are not there yet until
  /// the deadline (Timeout). Corrupt, Unavailable, ...: the fill failed, no more will come.
  virtual base::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> data,
                                         base::Deadline deadline) = 0;
};

}  // namespace ecrelay::store
