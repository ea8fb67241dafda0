#include "store/fill.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ecrelay::store {

class Fill::Reader final : public BlobReader {
 public:
  explicit Reader(std::shared_ptr<Fill> fill) : fill_(std::move(fill)) {}
  [[nodiscard]] std::uint64_t size() const override { return fill_->size(); }
  base::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> data,
                                 base::Deadline deadline) override {
    return fill_->read(offset, data, deadline);
  }

 private:
  std::shared_ptr<Fill> fill_;
};

Fill::Fill(const Layout& layout, Space& space, base::FileOps& ops, base::Digest digest,
           std::uint64_t size, std::string job, base::UniqueFd file)
    : layout_(layout),
      space_(space),
      ops_(ops),
      digest_(digest),
      size_(size),
      job_(std::move(job)),
      file_(std::move(file)),
      hasher_(digest.algorithm()) {}

Fill::~Fill() {
  if (committed_) {
    space_.unpin(digest_);
  } else {
    discard();
  }
}

void Fill::discard() {
  {
    const std::lock_guard lock(mutex_);
    if (committed_ || std::exchange(discarded_, true)) {
      return;
    }
  }
  std::ignore = ops_.remove(layout_.partial(digest_));  // else the next start removes it
  space_.release(digest_, size_);
}

std::uint64_t Fill::front() const {
  const std::lock_guard lock(mutex_);
  return front_;
}

base::Result<void> Fill::write(std::uint64_t offset, std::span<const std::byte> data) {
  if (offset != front() || data.size() > size_ - offset) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       digest_.str() + ": bytes at " + std::to_string(offset) +
                           " that do not follow, or more than its size"};
  }
  ECRELAY_TRY_VOID(ops_.write_at(file_.get(), offset, data));
  hasher_.update(data);
  const std::lock_guard lock(mutex_);
  front_ += data.size();
  changed_.notify_all();
  return {};
}

base::Result<void> Fill::publish() {
  {
    const std::lock_guard lock(mutex_);
    if (discarded_ || front_ != size_) {
      return base::Error{base::ErrorCode::Unavailable, "ended before its last byte"};
    }
  }
  if (hasher_.finish() != digest_) {
    return base::Error{base::ErrorCode::Corrupt, "the bytes have another digest"};
  }
  const auto target = layout_.blob(digest_);
  ECRELAY_TRY_VOID(ops_.sync_data(file_.get()));
  ECRELAY_TRY_VOID(base::make_folders(target.parent_path()));
  return ops_.rename(layout_.partial(digest_), target);
}

base::Result<void> Fill::commit() {
  auto published = publish();
  if (!published.ok()) {
    return published.error().within(digest_.str());
  }
  space_.commit(digest_, size_, job_);
  const std::lock_guard lock(mutex_);
  committed_ = true;
  changed_.notify_all();
  return {};
}

void Fill::fail(const base::Error& why) {
  discard();
  const std::lock_guard lock(mutex_);
  if (!committed_ && !failure_) {
    failure_ = why;
    changed_.notify_all();
  }
}

std::unique_ptr<BlobReader> Fill::reader() {
  return std::make_unique<Reader>(shared_from_this());
}

std::uint64_t Fill::readable_locked() const {
  if (committed_) {
    return size_;
  }
  return std::min(front_, size_ - std::min(size_, kWithheld));
}

base::Result<std::size_t> Fill::read(std::uint64_t offset, std::span<std::byte> data,
                                     base::Deadline deadline) {
  std::uint64_t readable = 0;
  {
    std::unique_lock lock(mutex_);
    const bool there = changed_.wait_until(lock, deadline.when(),
                                           [&] { return failure_ || readable_locked() > offset; });
    if (!there) {
      return base::Error{base::ErrorCode::Timeout, digest_.str() + ": no more bytes in time"};
    }
    readable = readable_locked();
    if (readable <= offset) {
      return *failure_;
    }
  }
  const auto wanted = std::min<std::uint64_t>(data.size(), readable - offset);
  ECRELAY_TRY(const auto got,
              ops_.read_at(file_.get(), offset, data.first(static_cast<std::size_t>(wanted))));
  if (got == 0 && wanted > 0) {
    return base::Error{base::ErrorCode::Corrupt, digest_.str() + ": its file was cut"};
  }
  return got;
}

}  // namespace ecrelay::store
