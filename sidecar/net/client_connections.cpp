#include "net/client_connections.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace ecrelay::net {
namespace {

// Below the keep-alive time of every registry seen (nginx 75 s, CloudFront 60 s, S3 about 20 s).
constexpr auto kMaxIdle = std::chrono::seconds(15);
constexpr std::size_t kMaxIdlePerOrigin = 32;

}  // namespace

std::vector<ClientConnections::Idle> ClientConnections::take_expired_locked() {
  std::vector<Idle> expired;
  const auto oldest_usable = base::Steady::now() - kMaxIdle;
  for (auto& [origin, idle] : idle_) {
    const auto usable = std::find_if(
        idle.begin(), idle.end(), [&](const Idle& entry) { return entry.since >= oldest_usable; });
    std::move(idle.begin(), usable, std::back_inserter(expired));
    idle.erase(idle.begin(), usable);
  }
  std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
  return expired;
}

ClientConnections::Lease ClientConnections::take(const base::Url& url) {
  std::vector<Idle> expired;  // closed after the lock is free
  {
    const std::lock_guard lock(mutex_);
    expired = take_expired_locked();
    const auto idle = idle_.find(url.origin());
    if (idle != idle_.end()) {
      Lease lease{std::move(idle->second.back().connection), true};
      idle->second.pop_back();
      return lease;
    }
  }
  return make(url);
}

ClientConnections::Lease ClientConnections::make(const base::Url& url) {
  return {std::make_unique<ClientConnection>(url), false};
}

void ClientConnections::give_back(const base::Url& url,
                                  std::unique_ptr<ClientConnection> connection) {
  std::vector<Idle> expired;  // closed after the lock is free
  const std::lock_guard lock(mutex_);
  expired = take_expired_locked();
  auto& idle = idle_[url.origin()];
  if (idle.size() < kMaxIdlePerOrigin) {
    idle.push_back({std::move(connection), base::Steady::now()});
  }
}

}  // namespace ecrelay::net
