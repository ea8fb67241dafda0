#include "store/space.hpp"

#include <algorithm>
#include <utility>

namespace ecrelay::store {
namespace {
constexpr std::uint64_t kBlock = 4096;
}

std::uint64_t Space::rounded(std::uint64_t size) {
  return size > UINT64_MAX - kBlock ? UINT64_MAX : (size + kBlock - 1) / kBlock * kBlock;
}

base::Result<std::vector<base::Digest>> Space::reserve(const base::Digest& digest,
                                                       std::uint64_t size) {
  const auto wanted = rounded(size);
  const std::lock_guard lock(mutex_);
  if (wanted > limit_) {
    return base::Error{base::ErrorCode::NoSpace, "larger than the store (--cache-size)"};
  }
  if (entries_.contains(digest) || reserved_digests_.contains(digest)) {
    return base::Error{base::ErrorCode::AlreadyExists, digest.str() + " is held or being filled"};
  }
  std::vector<base::Digest> victims;
  std::unordered_set<base::Digest> chosen;
  std::uint64_t freed = 0;
  if (used_ > limit_ - wanted) {
    const auto needed = used_ - (limit_ - wanted);
    collect_victims(needed, true, freed, victims, chosen);
    collect_victims(needed, false, freed, victims, chosen);
    if (freed < needed) {
      return base::Error{base::ErrorCode::NoSpace,
                         "the store is full of blobs that are being read or written"};
    }
  }
  for (const auto& victim : victims) {
    erase(entries_.find(victim));
    remember_eviction(victim);
  }
  used_ += wanted;
  reserved_ += wanted;
  reserved_digests_.insert(digest);
  return victims;
}

void Space::collect_victims(std::uint64_t needed, bool spare_open_jobs, std::uint64_t& freed,
                            std::vector<base::Digest>& victims,
                            std::unordered_set<base::Digest>& chosen) const {
  for (auto it = order_.begin(); it != order_.end() && freed < needed; ++it) {
    const auto& entry = entries_.at(*it);
    if (pins_.contains(*it) || chosen.contains(*it) ||
        (spare_open_jobs && used_by_open_job_locked(entry))) {
      continue;
    }
    victims.push_back(*it);
    chosen.insert(*it);
    freed += rounded(entry.size);
  }
}

void Space::erase(Entries::iterator entry) {
  used_ -= rounded(entry->second.size);
  order_.erase(entry->second.place);
  entries_.erase(entry);
}

void Space::insert_locked(const base::Digest& digest, std::uint64_t size, const std::string& job) {
  Entry entry{size, {}, order_.insert(order_.end(), digest)};
  note_use_locked(entry, job);
  entries_.emplace(digest, std::move(entry));
}

void Space::note_use_locked(Entry& entry, const std::string& job) const {
  std::erase_if(entry.jobs, [&](const auto& used) { return !open_jobs_.contains(used); });
  if (open_jobs_.contains(job) &&
      std::find(entry.jobs.begin(), entry.jobs.end(), job) == entry.jobs.end()) {
    entry.jobs.push_back(job);
  }
}

bool Space::used_by_open_job_locked(const Entry& entry) const {
  return std::any_of(entry.jobs.begin(), entry.jobs.end(),
                     [&](const auto& job) { return open_jobs_.contains(job); });
}

void Space::remember_eviction(const base::Digest& digest) {
  constexpr std::size_t kRemembered = 10'000;
  ++evictions_;
  if (evicted_.insert(digest).second) {
    evicted_order_.push_back(digest);
  }
  if (evicted_order_.size() > kRemembered) {
    evicted_.erase(evicted_order_.front());
    evicted_order_.pop_front();
  }
}

bool Space::was_evicted(const base::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return evicted_.contains(digest);
}

void Space::release(const base::Digest& digest, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  reserved_digests_.erase(digest);
  used_ -= rounded(size);
  reserved_ -= rounded(size);
}

void Space::commit(const base::Digest& digest, std::uint64_t size, const std::string& job) {
  const std::lock_guard lock(mutex_);
  reserved_ -= rounded(size);
  reserved_digests_.erase(digest);
  insert_locked(digest, size, job);
  ++pins_[digest];
}

bool Space::adopt(const base::Digest& digest, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (entries_.contains(digest)) {
    return true;
  }
  if (rounded(size) > limit_ || used_ > limit_ - rounded(size)) {
    return false;
  }
  used_ += rounded(size);
  insert_locked(digest, size, "");
  return true;
}

std::optional<std::uint64_t> Space::pin(const base::Digest& digest, const std::string& job) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(digest);
  if (found == entries_.end()) {
    return std::nullopt;
  }
  auto& entry = found->second;
  ++pins_[digest];
  note_use_locked(entry, job);
  order_.splice(order_.end(), order_, entry.place);
  return entry.size;
}

void Space::unpin(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  if (const auto found = pins_.find(digest); found != pins_.end() && --found->second == 0) {
    pins_.erase(found);
  }
}

bool Space::knows(const base::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  return entries_.contains(digest) || reserved_digests_.contains(digest);
}

std::optional<std::uint64_t> Space::size_of(const base::Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(digest);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.size);
}

bool Space::forget(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(digest);
  if (found == entries_.end()) {
    return false;
  }
  erase(found);
  return true;
}

void Space::job_opened(const std::string& job) {
  const std::lock_guard lock(mutex_);
  open_jobs_.insert(job);
}

void Space::job_closed(const std::string& job) {
  const std::lock_guard lock(mutex_);
  open_jobs_.erase(job);
}

Space::Usage Space::usage() const {
  const std::lock_guard lock(mutex_);
  return {limit_, used_, reserved_, entries_.size(), evictions_};
}

}  // namespace ecrelay::store
