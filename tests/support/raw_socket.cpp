#include "support/raw_socket.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "base/clock.hpp"
#include "base/strings.hpp"

namespace ecrelay::support {

RawSocket RawSocket::connect(std::uint16_t port, int receive_buffer) {
  base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_buffer > 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fd.reset();
  }
  return RawSocket(std::move(fd));
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawSocket::end_sending() {
  ::shutdown(fd_.get(), SHUT_WR);
}

void RawSocket::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd_.reset();
}

Ending RawSocket::receive(std::chrono::milliseconds timeout) {
  pollfd entry{fd_.get(), POLLIN, 0};
  if (::poll(&entry, 1, static_cast<int>(timeout.count())) <= 0) {
    return Ending::TimedOut;
  }
  thread_local std::vector<char> piece(std::size_t{256} * 1024);
  const auto count = ::recv(fd_.get(), piece.data(), piece.size(), 0);
  if (count > 0) {
    buffer_.append(piece.data(), static_cast<std::size_t>(count));
    return Ending::Short;
  }
  return count == 0 ? Ending::Complete : Ending::Reset;
}

std::string RawSocket::read_bytes(std::size_t size, std::chrono::milliseconds timeout) {
  const auto deadline = base::Deadline::after(timeout);
  while (buffer_.size() < size && receive(deadline.left()) == Ending::Short) {
  }
  auto bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

std::string RawSocket::read_until(std::string_view mark, std::chrono::milliseconds timeout) {
  const auto deadline = base::Deadline::after(timeout);
  while (buffer_.find(mark) == std::string::npos) {
    if (receive(deadline.left()) != Ending::Short) {
      return "";
    }
  }
  return read_bytes(buffer_.find(mark) + mark.size());
}

RawAnswer RawSocket::read_answer(Body body, std::chrono::milliseconds timeout) {
  auto answer = parse_answer_head(read_until("\r\n\r\n", timeout));
  if (answer.status == 0) {
    return answer;
  }
  const auto promised =
      body == Body::None ? 0 : base::parse_uint(answer.header("Content-Length")).value_or(0);
  answer.body = read_bytes(static_cast<std::size_t>(promised), timeout);
  answer.ending = answer.body.size() == promised ? Ending::Complete : Ending::Short;
  return answer;
}

RawSocket::Rest RawSocket::read_rest(std::chrono::milliseconds timeout) {
  const auto deadline = base::Deadline::after(timeout);
  auto state = Ending::Short;
  while (state == Ending::Short) {
    state = receive(deadline.left());
  }
  Rest rest{std::move(buffer_), state};
  buffer_.clear();
  return rest;
}

}  // namespace ecrelay::support
