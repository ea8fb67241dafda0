#include "net/client_connections.hpp"

#include <chrono>

#include "net/httplib_compat.hpp"

namespace ecrelay::net {
namespace {

// Below the keep-alive time of every registry seen (nginx 75 s, CloudFront 60 s, S3 about 20 s).
constexpr auto kMaxIdle = std::chrono::seconds(15);
constexpr std::size_t kMaxIdlePerOrigin = 32;
// Only a backstop: the exchange's own deadlines are held by ExchangeWatch.
constexpr time_t kBackstopSeconds = 600;

}  // namespace

ClientConnections::ClientConnections() = default;
ClientConnections::~ClientConnections() = default;

ClientConnections::Lease ClientConnections::take(const base::Url& url) {
  {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[url.origin()];
    const auto oldest_usable = base::Steady::now() - kMaxIdle;
    if (!idle.empty() && idle.back().since < oldest_usable) {
      idle.clear();  // the last is the youngest
    }
    if (!idle.empty()) {
      auto client = std::move(idle.back().client);
      idle.pop_back();
      return {std::move(client), true};
    }
  }
  return make(url);
}

ClientConnections::Lease ClientConnections::make(const base::Url& url) const {
  auto client = std::make_unique<httplib::Client>(url.origin());
  client->set_tcp_nodelay(true);
  client->set_keep_alive(true);
  client->set_follow_location(false);
  client->set_decompress(false);
  client->set_compress(false);
  client->set_read_timeout(kBackstopSeconds);
  client->set_write_timeout(kBackstopSeconds);
  keep_target_as_written(*client);
  if (auto* context = client->ssl_context()) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  }
  return {std::move(client), false};
}

void ClientConnections::give_back(const base::Url& url, std::unique_ptr<httplib::Client> client) {
  const std::lock_guard lock(mutex_);
  auto& idle = idle_[url.origin()];
  if (idle.size() < kMaxIdlePerOrigin) {
    idle.push_back({std::move(client), base::Steady::now()});
  }
}

}  // namespace ecrelay::net
