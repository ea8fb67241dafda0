#include "support/ecr_double/request_log.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/strings.hpp"

namespace ecrelay::ecr_double {

std::uint64_t Counters::requests(Service service) const {
  std::uint64_t sum = 0;
  if (const auto found = tallies.find(service); found != tallies.end()) {
    for (const auto& [kind, tally] : found->second) {
      sum += tally.requests;
    }
  }
  return sum;
}

std::uint64_t Counters::bytes(Service service) const {
  std::uint64_t sum = 0;
  if (const auto found = tallies.find(service); found != tallies.end()) {
    for (const auto& [kind, tally] : found->second) {
      sum += tally.bytes;
    }
  }
  return sum;
}

std::uint64_t Counters::requests(Service service, const std::string& kind) const {
  const auto found = tallies.find(service);
  return found != tallies.end() && found->second.contains(kind) ? found->second.at(kind).requests
                                                                : 0;
}

std::uint64_t Counters::bytes(Service service, const std::string& kind) const {
  const auto found = tallies.find(service);
  return found != tallies.end() && found->second.contains(kind) ? found->second.at(kind).bytes : 0;
}

std::uint64_t RequestLog::begin(LogEntry entry) {
  const std::lock_guard lock(mutex_);
  ++counters_.tallies[entry.service][entry.kind].requests;
  entries_.push_back(std::move(entry));
  if (entries_.size() > kMaxEntries) {
    entries_.pop_front();
    ++first_;
  }
  return first_ + entries_.size() - 1;
}

void RequestLog::add_bytes(std::uint64_t handle, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (handle < first_ || handle - first_ >= entries_.size()) {
    return;
  }
  auto& entry = entries_[handle - first_];
  const auto change = static_cast<std::uint64_t>(bytes);
  entry.bytes_sent += change;
  counters_.tallies[entry.service][entry.kind].bytes += change;
}

void RequestLog::count_connection(Service service) {
  const std::lock_guard lock(mutex_);
  ++counters_.connections[service];
}

void RequestLog::count_import() {
  const std::lock_guard lock(mutex_);
  ++counters_.imports;
}

std::vector<LogEntry> RequestLog::entries() const {
  const std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

Counters RequestLog::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void RequestLog::reset() {
  const std::lock_guard lock(mutex_);
  // Handles of answers still under way must not fall on new entries.
  first_ += entries_.size();
  entries_.clear();
  counters_ = {};
}

std::string redacted_query(const std::string& query) {
  constexpr std::array<std::string_view, 3> kSecrets = {
      "X-Amz-Signature=", "X-Amz-Security-Token=", "verify="};
  auto pieces = base::split(query, '&');
  std::erase_if(pieces, [&](const std::string& piece) {
    return std::any_of(kSecrets.begin(), kSecrets.end(),
                       [&](std::string_view name) { return piece.starts_with(name); });
  });
  return base::join(pieces, "&");
}

}  // namespace ecrelay::ecr_double
