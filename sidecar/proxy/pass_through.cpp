#include "proxy/pass_through.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace ecrelay::proxy {
namespace {

// Of each client of a blob that is not stored: 64 clients of 6 blobs each are to fit in memory.
constexpr std::size_t kWindow = 512 << 10;
constexpr std::size_t kWithheld = 64 * 1024;
constexpr auto kFirstByte = std::chrono::milliseconds(9500);
constexpr auto kClientBound = std::chrono::seconds(90);
constexpr int kMaxFruitless = 3;

}  // namespace

class PassThrough::Sink final : public upstream::BlobSink {
 public:
  Sink(PassThrough& stream, stats::Origin origin) : stream_(stream), origin_(origin) {}
  bool on_size(std::uint64_t size, upstream::DownloadHost /*host*/) override {
    const std::lock_guard lock(stream_.mutex_);
    if (!stream_.opened_) {
      stream_.opened_ = Opened{size, origin_};
      stream_.changed_.notify_all();
    }
    return stream_.opened_->size == size;
  }
  bool on_data(std::span<const std::byte> data) override { return stream_.push(data); }

 private:
  PassThrough& stream_;
  stats::Origin origin_;
};

class PassThrough::Source final : public net::BodySource {
 public:
  Source(std::shared_ptr<PassThrough> stream, std::uint64_t skip)
      : stream_(std::move(stream)), skip_(skip) {}
  ~Source() override { stream_->stop(); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  base::Result<std::size_t> read(std::span<std::byte> data) override {
    while (skip_ > 0) {
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, data.size()));
      ECRELAY_TRY(const auto got, stream_->pop(data.first(part)));
      skip_ -= got;
    }
    return stream_->pop(data);
  }

 private:
  std::shared_ptr<PassThrough> stream_;
  std::uint64_t skip_;
};

PassThrough::PassThrough(const FetchCoordinator::Wanted& wanted)
    : wanted_(wanted), hasher_(wanted.digest.algorithm()) {}

std::shared_ptr<PassThrough> PassThrough::start(const FetchCoordinator::Wanted& wanted,
                                                base::WorkerPool& workers) {
  auto stream = std::make_shared<PassThrough>(wanted);
  if (!workers.submit([stream] { stream->run(); })) {
    stream->end(FetchFailure{{upstream::FailureKind::Rejected, 0, "the relay is stopping"}});
  }
  return stream;
}

std::unique_ptr<net::BodySource> PassThrough::source(std::shared_ptr<PassThrough> stream,
                                                     std::uint64_t offset) {
  return std::make_unique<Source>(std::move(stream), offset);
}

void PassThrough::run() {
  std::optional<FetchFailure> failure;
  for (const auto& place : wanted_.places) {
    failure = try_place(place);
    if (!failure || hashed_ || stop_.stop_requested()) {
      break;
    }
  }
  end(std::move(failure));
}

std::optional<FetchFailure> PassThrough::try_place(const Place& place) {
  Sink sink(*this, place.origin);
  for (int fruitless = 0;;) {
    const auto offset = bytes_fetched();
    const auto reply = place.registry->blob({place.repository, kFirstByte, stop_.get_token()},
                                            wanted_.digest, offset, sink);
    if (reply.ok()) {
      hashed_ = true;
      if (hasher_.finish() == wanted_.digest) {
        return std::nullopt;
      }
      return FetchFailure{{upstream::FailureKind::BadAnswer, 0,
                           place.registry->name() + ": the bytes have another digest"},
                          place.origin,
                          false,
                          true};
    }
    fruitless = bytes_fetched() > offset ? 0 : fruitless + 1;
    // What has not begun was tried three times already by the registry's own rules.
    if (offset == 0 || fruitless == kMaxFruitless || stop_.stop_requested()) {
      return FetchFailure{reply.failure(), place.origin};
    }
  }
}

void PassThrough::stop() {
  stop_.request_stop();
  end(FetchFailure{{upstream::FailureKind::Rejected, 0, "the client has left"}});
}

void PassThrough::end(std::optional<FetchFailure> failure) {
  const std::lock_guard lock(mutex_);
  if (ended_) {
    return;
  }
  ended_ = true;
  failure_ = std::move(failure);
  changed_.notify_all();
}

bool PassThrough::push(std::span<const std::byte> data) {
  hasher_.update(data);
  std::unique_lock lock(mutex_);
  fetched_ += data.size();
  const auto deadline = base::Deadline::after(kClientBound);
  const bool room = changed_.wait_until(lock, deadline.when(), [&] {
    return window_.size() - read_ + data.size() <= kWindow || stop_.stop_requested();
  });
  if (!room || stop_.stop_requested()) {
    return false;
  }
  window_.erase(0, read_);
  read_ = 0;
  window_.append(reinterpret_cast<const char*>(data.data()), data.size());
  changed_.notify_all();
  return true;
}

std::size_t PassThrough::ready_locked() const {
  const auto there = window_.size() - read_;
  return ended_ && !failure_ ? there : there - std::min(there, kWithheld);
}

base::Result<std::size_t> PassThrough::pop(std::span<std::byte> data) {
  std::unique_lock lock(mutex_);
  const auto deadline = base::Deadline::after(kClientBound);
  changed_.wait_until(lock, deadline.when(), [&] { return ready_locked() > 0 || ended_; });
  const auto size = std::min(data.size(), ready_locked());
  if (size == 0) {
    return base::Error{base::ErrorCode::Unavailable,
                       failure_ ? failure_->failure.detail : "no more bytes in time"};
  }
  std::memcpy(data.data(), window_.data() + read_, size);
  read_ += size;
  changed_.notify_all();
  return size;
}

std::optional<PassThrough::Opened> PassThrough::wait_opened(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.when(), [&] { return opened_.has_value() || ended_; });
  return opened_;
}

std::optional<FetchFailure> PassThrough::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::uint64_t PassThrough::bytes_fetched() const {
  const std::lock_guard lock(mutex_);
  return fetched_;
}

}  // namespace ecrelay::proxy
