#include "net/client_connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <tuple>

#include "net/httplib_compat.hpp"

namespace ecrelay::net {
namespace {

// Only a backstop: the exchange's own deadlines are held by ExchangeWatch.
constexpr time_t kBackstopSeconds = 600;

}  // namespace

ClientConnection::ClientConnection(const base::Url& url)
    : client_(std::make_unique<httplib::Client>(url.origin())) {
  client_->set_tcp_nodelay(true);
  client_->set_keep_alive(true);
  client_->set_follow_location(false);
  client_->set_decompress(false);
  client_->set_compress(false);
  client_->set_read_timeout(kBackstopSeconds);
  client_->set_write_timeout(kBackstopSeconds);
  keep_target_as_written(*client_);
  client_->set_socket_options([this](int fd) {
    const std::lock_guard lock(mutex_);
    socket_ = base::UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  });
  if (auto* context = client_->ssl_context()) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  }
}

ClientConnection::~ClientConnection() = default;

bool ClientConnection::connected() const {
  const std::lock_guard lock(mutex_);
  pollfd entry{socket_.get(), POLLOUT, 0};
  return socket_.valid() && ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) == 0;
}

void ClientConnection::interrupt() {
  const std::lock_guard lock(mutex_);
  if (socket_.valid()) {
    std::ignore = ::shutdown(socket_.get(), SHUT_RDWR);  // ended by itself already: as well
  }
}

}  // namespace ecrelay::net
