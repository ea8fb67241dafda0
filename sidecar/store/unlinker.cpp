#include "store/unlinker.hpp"

#include <tuple>
#include <utility>

namespace ecrelay::store {

Unlinker::Unlinker(const Layout& layout, base::FileOps& ops, Wanted wanted)
    : layout_(layout), ops_(ops), wanted_(std::move(wanted)), thread_([this] { work(); }) {}

Unlinker::~Unlinker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Unlinker::unlink(const std::vector<base::Digest>& victims) {
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.end(), victims.begin(), victims.end());
  changed_.notify_all();
}

void Unlinker::wait_for(const base::Digest& digest) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return current_ != digest; });  // as long as one unlink takes
}

void Unlinker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) {
      return;
    }
    current_ = queue_.front();
    queue_.pop_front();
    lock.unlock();
    // Asked after current_ is set: whoever wants it from now on waits in wait_for().
    if (!wanted_(*current_)) {
      std::ignore = ops_.remove(layout_.blob(*current_));  // tried again at the next start
    }
    lock.lock();
    current_.reset();
    changed_.notify_all();
  }
}

}  // namespace ecrelay::store
