#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/http_server.hpp"
#include "support/raw_socket.hpp"

namespace ecrelay::net {

/// A door that a test opens, and others wait at (at most ten seconds). Thread-safe.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// `size` bytes; before the byte `fail_at` it waits at `gate`, if there is one, and fails if told
/// so.
class TestSource final : public BodySource {
 public:
  explicit TestSource(std::uint64_t size) : size_(size) {}

  TestSource& wait_at(std::uint64_t offset, std::shared_ptr<Gate> gate) {
    stop_ = offset;
    gate_ = std::move(gate);
    return *this;
  }
  enum class Failure { Error, Exception };
  TestSource& fail_at(std::uint64_t offset, Failure failure = Failure::Error) {
    stop_ = offset;
    failure_ = failure;
    return *this;
  }

  base::Result<std::size_t> read(std::span<std::byte> data) override {
    if (offset_ == stop_) {
      if (failure_ == Failure::Exception) {
        throw std::runtime_error("the source broke");
      }
      if (failure_ || (gate_ && !gate_->wait())) {
        return base::Error{base::ErrorCode::Unavailable, "the source ended"};
      }
    }
    const auto end = offset_ < stop_ ? std::min(size_, stop_) : size_;
    const auto count = std::min<std::uint64_t>(data.size(), end - offset_);
    std::fill_n(data.begin(), count, std::byte{'x'});
    offset_ += count;
    return static_cast<std::size_t>(count);
  }

 private:
  const std::uint64_t size_;
  std::uint64_t offset_ = 0;
  std::uint64_t stop_ = UINT64_MAX;
  std::shared_ptr<Gate> gate_;
  std::optional<Failure> failure_;
};

/// What on_sent was called with, each time. Thread-safe.
class SentLog {
 public:
  struct Entry {
    std::uint64_t bytes = 0;
    BodyEnd end = BodyEnd::Whole;
    bool operator==(const Entry&) const = default;
  };
  std::function<void(std::uint64_t, BodyEnd)> recorder() {
    return [this](std::uint64_t bytes, BodyEnd end) {
      const std::lock_guard lock(mutex_);
      entries_.push_back({bytes, end});
    };
  }
  [[nodiscard]] std::vector<Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

inline ServerResponse text_response(std::string body) {
  ServerResponse response;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

inline ServerResponse source_response(std::unique_ptr<BodySource> source, std::uint64_t length) {
  ServerResponse response;
  response.source = std::move(source);
  response.source_length = length;
  return response;
}

/// A server on a free port of loopback, answering by `handler`.
class Served {
 public:
  explicit Served(Handler handler, ServerLimits limits = {})
      : server(std::move(handler), limits), port_(*server.listen("127.0.0.1", 0, "main")) {}

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  [[nodiscard]] support::RawSocket connect(int receive_buffer = 0) const {
    return support::RawSocket::connect(port_, receive_buffer);
  }

  HttpServer server;

 private:
  std::uint16_t port_;
};

inline std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: relay\r\n" + fields + "\r\n";
}

}  // namespace ecrelay::net
