#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "support/raw_client.hpp"

namespace ecrelay::support {

/// A TCP socket that a test holds in its hands: what several requests on one connection, slow
/// clients and broken ones need. Single-thread. Movable.
class RawSocket {
 public:
  explicit RawSocket(base::UniqueFd fd) : fd_(std::move(fd)) {}

  /// To 127.0.0.1; not connected() where nobody listens. A small `receive_buffer` (bytes; 0: the
  /// system's) makes a client whose sender has to wait for it soon.
  static RawSocket connect(std::uint16_t port, int receive_buffer = 0);
  [[nodiscard]] bool connected() const { return fd_.valid(); }
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// False: the peer has gone.
  bool send(std::string_view bytes);
  /// FIN; reading goes on.
  void end_sending();
  /// RST.
  void reset();

  /// The next `size` bytes, fewer if the connection ends or the time is over.
  std::string read_bytes(std::size_t size, std::chrono::milliseconds timeout = kTimeout);
  /// Up to and with `mark`; empty if it does not come in time.
  std::string read_until(std::string_view mark, std::chrono::milliseconds timeout = kTimeout);
  /// One answer with a Content-Length on a connection that stays open; `head_only` for HEAD.
  enum class Body { Expected, None };
  RawAnswer read_answer(Body body = Body::Expected, std::chrono::milliseconds timeout = kTimeout);
  /// All that still comes, and how it ends: Complete stands for FIN.
  struct Rest {
    std::string bytes;
    Ending ending = Ending::TimedOut;
  };
  Rest read_rest(std::chrono::milliseconds timeout = kTimeout);

 private:
  static constexpr std::chrono::milliseconds kTimeout{10000};
  /// One recv into the buffer.
  Ending receive(std::chrono::milliseconds timeout);

  base::UniqueFd fd_;
  std::string buffer_;
};

}  // namespace ecrelay::support
