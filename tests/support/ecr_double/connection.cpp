#include "support/ecr_double/connection.hpp"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <thread>

#include "base/clock.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::chrono::milliseconds kReadTimeout{30000};
constexpr std::chrono::milliseconds kWriteTimeout{120000};
constexpr std::chrono::milliseconds kDrainTimeout{2000};
constexpr char kTlsHandshake = 0x16;

bool wait_for(int socket, short events, std::chrono::milliseconds wait) {
  pollfd entry{socket, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, static_cast<int>(wait.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Connection::Connection(socket_t socket) : socket_(socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Older versions of cpp-httplib accept without CLOEXEC: a child that a test starts would keep the
  // connection open.
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
}

bool Connection::fill(std::chrono::milliseconds wait) {
  if (begin_ < end_) {
    return true;
  }
  if (!open() || !wait_for(socket_.get(), POLLIN, wait)) {
    return false;
  }
  const auto got = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
  if (got <= 0) {
    broken_ = true;
    return false;
  }
  begin_ = 0;
  end_ = static_cast<std::size_t>(got);
  return true;
}

bool Connection::wait_for_request(std::chrono::milliseconds idle) {
  if (!fill(idle)) {
    return false;
  }
  if (buffer_[begin_] != kTlsHandshake) {
    return true;
  }
  constexpr std::string_view kAnswer =
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  write(kAnswer.data(), kAnswer.size());
  return false;
}

void Connection::wait_until_gone() {
  while (open()) {
    wait_for(socket_.get(), POLLRDHUP, std::chrono::hours(1));
    char byte = 0;
    const auto got = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    pollfd entry{socket_.get(), POLLRDHUP, 0};
    if (got == 0 || ::poll(&entry, 1, 0) > 0) {
      broken_ = true;
    }
  }
}

void Connection::reset() {
  if (!socket_.valid()) {
    return;
  }
  // RST discards what is still in the send buffer, and then less than was asked for would arrive.
  const auto deadline = base::Deadline::after(kDrainTimeout);
  int unsent = 0;
  while (::ioctl(socket_.get(), SIOCOUTQ, &unsent) == 0 && unsent > 0 && !deadline.passed()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  broken_ = true;
}

void Connection::close() {
  if (socket_.valid()) {
    ::shutdown(socket_.get(), SHUT_WR);
    broken_ = true;
  }
}

void Connection::shut_down() {
  ::shutdown(socket_.get(), SHUT_RDWR);
}

bool Connection::is_readable() const {
  return begin_ < end_ || (open() && wait_for(socket_.get(), POLLIN, kReadTimeout));
}

ssize_t Connection::read(char* data, std::size_t size) {
  if (!fill(kReadTimeout)) {
    return broken_ ? 0 : -1;
  }
  const auto count = std::min(size, end_ - begin_);
  std::memcpy(data, buffer_.data() + begin_, count);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* data, std::size_t size) {
  const auto deadline = base::Deadline::after(kWriteTimeout);
  std::size_t sent = 0;
  while (sent < size) {
    if (!open()) {
      return -1;
    }
    const auto count = ::send(socket_.get(), data + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (count < 0 && errno != EAGAIN && errno != EINTR) {
      broken_ = true;
    } else if (!wait_for(socket_.get(), POLLOUT, deadline.left())) {
      broken_ = true;
    }
  }
  return static_cast<ssize_t>(sent);
}

// The addresses of loopback connections tell nothing; cpp-httplib only copies them into headers.
void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = "127.0.0.1";
  port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  get_remote_ip_and_port(ip, port);
}

}  // namespace ecrelay::ecr_double
