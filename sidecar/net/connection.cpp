#include "net/connection.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace ecrelay::net {
namespace {

constexpr std::size_t kMaxHead = 64 * 1024;
constexpr std::size_t kReadStep = 16 * 1024;
constexpr auto kLingerTime = std::chrono::milliseconds(500);
constexpr std::size_t kLingerBytes = 4 << 20;

/// Whether the event came before the deadline.
bool wait_for(int fd, short event, base::Deadline deadline) {
  while (true) {
    pollfd entry{fd, event, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
    if (ready > 0) {
      return true;
    }
    if (ready == 0 || errno != EINTR) {
      return false;
    }
  }
}

/// Where the empty line that ends a head is over, or npos. Searches from `from` on.
std::size_t end_of_head(const std::string& bytes, std::size_t from) {
  const auto end_after = [&](std::string_view mark) {
    const auto found = bytes.find(mark, from);
    return found == std::string::npos ? found : found + mark.size();
  };
  return std::min(end_after("\n\r\n"), end_after("\n\n"));
}

/// Bytes that the peer has not acknowledged yet.
int unsent_bytes(int fd) {
  int count = 0;
  return ::ioctl(fd, SIOCOUTQ, &count) == 0 ? count : 0;
}

}  // namespace

Connection::ReadEnd Connection::fill_buffer(base::Deadline deadline) {
  while (true) {
    std::array<char, kReadStep> piece;  // NOLINT: filled by recv
    const auto got = ::recv(fd_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0) {
      buffer_.append(piece.data(), static_cast<std::size_t>(got));
      return ReadEnd::Ok;
    }
    if (got == 0) {
      return ReadEnd::Closed;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(fd_.get(), POLLIN, deadline)) {
        return ReadEnd::TimedOut;
      }
    } else if (errno != EINTR) {
      return ReadEnd::Closed;
    }
  }
}

Connection::ReadEnd Connection::read_head(std::string& head, std::chrono::milliseconds limit) {
  const auto deadline = base::Deadline::after(limit);
  std::size_t searched = 0;
  while (true) {
    // Some clients end a request with an extra CR LF (RFC 9112 2.2).
    if (searched == 0) {
      buffer_.erase(0, buffer_.find_first_not_of("\r\n"));
    }
    if (!buffer_.empty() && (buffer_.front() < 'A' || buffer_.front() > 'Z')) {
      return ReadEnd::NotHttp;
    }
    const auto end = end_of_head(buffer_, searched);
    if (std::min(end, buffer_.size()) > kMaxHead) {
      return ReadEnd::TooLarge;
    }
    if (end != std::string::npos) {
      head = buffer_.substr(0, end);
      buffer_.erase(0, end);
      return ReadEnd::Ok;
    }
    searched = buffer_.size() > 2 ? buffer_.size() - 2 : 0;
    if (const auto end_of_read = fill_buffer(deadline); end_of_read != ReadEnd::Ok) {
      return end_of_read;
    }
  }
}

Connection::ReadEnd Connection::read_body(std::string& body, std::size_t size,
                                          base::Deadline deadline) {
  while (buffer_.size() < size) {
    if (const auto end = fill_buffer(deadline); end != ReadEnd::Ok) {
      return end;
    }
  }
  body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return ReadEnd::Ok;
}

bool Connection::wait_readable(std::chrono::milliseconds wait) {
  return has_buffered() || wait_for(fd_.get(), POLLIN, base::Deadline::after(wait));
}

bool Connection::write(std::string_view data, std::chrono::milliseconds limit) {
  auto deadline = base::Deadline::after(limit);
  int unsent = unsent_bytes(fd_.get());
  while (!data.empty()) {
    const auto sent = ::send(fd_.get(), data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      data.remove_prefix(static_cast<std::size_t>(sent));
      deadline = base::Deadline::after(limit);
      unsent = unsent_bytes(fd_.get());
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (wait_for(fd_.get(), POLLOUT, deadline)) {
        continue;
      }
      // The kernel says POLLOUT only once a third of its buffer is free: a slow peer may have taken
      // something all the same.
      const int rest = unsent_bytes(fd_.get());
      if (rest >= unsent) {
        return false;
      }
      unsent = rest;
      deadline = base::Deadline::after(limit);
    } else if (sent < 0 && errno != EINTR) {
      return false;
    }
  }
  return true;
}

void Connection::close_gently() {
  if (!fd_.valid()) {
    return;
  }
  ::shutdown(fd_.get(), SHUT_WR);
  const auto deadline = base::Deadline::after(kLingerTime);
  std::size_t drained = 0;
  while (drained < kLingerBytes && wait_for(fd_.get(), POLLIN, deadline)) {
    std::array<char, kReadStep> piece;  // NOLINT: filled by recv
    const auto got = ::recv(fd_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got <= 0) {
      break;
    }
    drained += static_cast<std::size_t>(got);
  }
  fd_.reset();
}

}  // namespace ecrelay::net
