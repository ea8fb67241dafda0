#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "store/layout.hpp"

namespace ecrelay::store {

/// Removes the files of blobs that had to go, one after the other on a thread of its own, so that
/// nobody waits for a large unlink. What is `wanted` again when its turn comes stays. What cannot
/// be removed is tried again at the next start. Thread-safe. The destructor removes what is queued.
class Unlinker {
 public:
  using Wanted = std::function<bool(const base::Digest&)>;

  Unlinker(const Layout& layout, base::FileOps& ops, Wanted wanted);
  ~Unlinker();
  Unlinker(const Unlinker&) = delete;
  Unlinker& operator=(const Unlinker&) = delete;

  void unlink(const std::vector<base::Digest>& victims);
  /// Call once the digest is wanted: when this returns, its file is not being removed any more.
  void wait_for(const base::Digest& digest);

 private:
  void work();

  const Layout& layout_;
  base::FileOps& ops_;
  const Wanted wanted_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<base::Digest> queue_;
  std::optional<base::Digest> current_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace ecrelay::store
