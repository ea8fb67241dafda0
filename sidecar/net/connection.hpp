#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace ecrelay::net {

/// The listener that a connection came in by, shared by both. Thread-safe.
struct ConnectionOrigin {
  explicit ConnectionOrigin(std::string listener_tag) : tag(std::move(listener_tag)) {}
  const std::string tag;
  std::atomic<bool> ended{false};  ///< listens no more: its connections close once they are idle
};

/// One accepted connection: the socket and what was read from it but not used yet, so that nothing
/// is lost between two requests. Single-thread: whoever holds it.
class Connection {
 public:
  Connection(base::UniqueFd fd, std::shared_ptr<const ConnectionOrigin> origin)
      : fd_(std::move(fd)), origin_(std::move(origin)) {}

  enum class ReadEnd { Ok, Closed, TimedOut, TooLarge, NotHttp };

  /// Waits for a request's head, up to and with its empty line, and takes it out of the buffer.
  /// Call when its first byte is there: the time runs from then. Lines may end in a bare LF here,
  /// for the parser to refuse.
  ReadEnd read_head(std::string& head, std::chrono::milliseconds limit);
  /// Exactly `size` bytes of a body.
  ReadEnd read_body(std::string& body, std::size_t size, base::Deadline deadline);
  /// True once bytes are there to read, false when `wait` is over or the peer has left.
  bool wait_readable(std::chrono::milliseconds wait);

  /// All bytes, waiting at most `limit` between two pieces the peer takes. False: the peer is gone.
  bool write(std::string_view data, std::chrono::milliseconds limit);

  /// Sends FIN, reads away what the peer still sends (unread bytes would turn the close into a RST,
  /// which costs the peer the end of our answer), then closes.
  void close_gently();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& listener() const { return origin_->tag; }
  [[nodiscard]] bool listener_ended() const { return origin_->ended; }
  [[nodiscard]] bool has_buffered() const { return !buffer_.empty(); }

 private:
  ReadEnd fill_buffer(base::Deadline deadline);

  base::UniqueFd fd_;
  std::shared_ptr<const ConnectionOrigin> origin_;
  std::string buffer_;
};

}  // namespace ecrelay::net
