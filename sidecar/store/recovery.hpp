#pragma once

#include <cstdint>
#include <string>

#include "base/file_ops.hpp"
#include "store/layout.hpp"
#include "store/space.hpp"

namespace ecrelay::store {

struct Recovered {
  std::uint64_t blobs = 0;
  std::uint64_t over_limit = 0;  ///< unlinked, the least recently used first
  std::uint64_t partials = 0;    ///< left by a relay that was killed: unlinked
  std::uint64_t unknown = 0;     ///< files that are no blobs of ours: left alone, never served
};

/// Reads the folders of blobs at start and hands what is there to `space`, in the order of last use
/// (the files' mtime). A name that is a digest is a whole blob: only a verified one is ever renamed
/// to it. Errors of single files are counted as unknown.
Recovered recover(const Layout& layout, base::FileOps& ops, Space& space);

}  // namespace ecrelay::store
