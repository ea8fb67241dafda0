#include "store/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <span>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "store/recovery.hpp"
#include "store/stored_blob.hpp"

namespace ecrelay::store {
namespace {

/// The file's mtime is the blob's time of use, for the next start's order of eviction.
void note_use(int fd) {
  constexpr timespec kNow{0, UTIME_NOW};
  const timespec times[2] = {kNow, kNow};
  std::ignore =
      ::futimens(fd, times);  // a blob that looks older than it is may go earlier: no harm
}

std::optional<std::uint64_t> file_size(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? std::optional(static_cast<std::uint64_t>(status.st_size))
                                   : std::nullopt;
}

}  // namespace

Store::Store(const StoreOptions& options, base::FileOps& ops) : ops_(ops), space_(options.limit) {
  auto layout = Layout::open(options.folder);
  if (!layout.ok()) {
    problem_ = layout.error().message;
    base::log_warn("the store cannot be used: blobs are streamed through", {{"why", problem_}});
    names_ = std::make_unique<NamesIndex>();
    return;
  }
  layout_.emplace(std::move(*layout));
  unlinker_ = std::make_unique<Unlinker>(
      *layout_, ops_, [this](const base::Digest& digest) { return space_.knows(digest); });
  const auto found = recover(*layout_, ops_, space_);
  base::log_info("store opened", {{"folder", options.folder.string()},
                                  {"blobs", std::to_string(found.blobs)},
                                  {"partials_removed", std::to_string(found.partials)},
                                  {"over_limit", std::to_string(found.over_limit)},
                                  {"unknown_files", std::to_string(found.unknown)}});
  names_ = std::make_unique<NamesIndex>(layout_->index_file(), [this](const base::Digest& digest) {
    return space_.size_of(digest).has_value();
  });
}

Store::~Store() = default;

base::Result<std::unique_ptr<BlobReader>> Store::open_checked(const base::Digest& digest,
                                                              const std::string& job) {
  const auto size = space_.pin(digest, job);
  if (!size) {
    return base::Error{base::ErrorCode::NotFound, digest.str() + " is not in the store"};
  }
  auto file = ops_.open(layout_->blob(digest), base::OpenMode::Read);
  if (file.ok() && file_size(file->get()) == *size) {
    note_use(file->get());
    return std::unique_ptr<BlobReader>(
        std::make_unique<StoredBlob>(space_, ops_, digest, *size, std::move(*file)));
  }
  space_.forget(digest);
  space_.unpin(digest);
  if (!file.ok()) {
    return file.error();
  }
  unlinker_->unlink({digest});
  return base::Error{base::ErrorCode::Corrupt, digest.str() + ": the stored file has another size"};
}

std::unique_ptr<BlobReader> Store::open(const base::Digest& digest, const std::string& job) {
  auto reader = open_checked(digest, job);
  if (!reader.ok() && reader.error().code != base::ErrorCode::NotFound) {
    base::log_warn("a stored blob cannot be used: forgotten", {{"why", reader.error().message}});
  }
  return reader.ok() ? std::move(*reader) : nullptr;
}

std::optional<std::uint64_t> Store::size_of(const base::Digest& digest) const {
  return space_.size_of(digest);
}

bool Store::could_hold(std::uint64_t size) const {
  return layout_ && Space::rounded(size) <= space_.usage().limit;
}

base::Result<std::string> Store::load(const base::Digest& digest, const std::string& job,
                                      std::uint64_t limit) {
  ECRELAY_TRY(const auto reader, open_checked(digest, job));
  if (reader->size() > limit) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       digest.str() + " is larger than " + std::to_string(limit) + " bytes"};
  }
  std::string bytes(static_cast<std::size_t>(reader->size()), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto got = reader->read(done, std::as_writable_bytes(std::span(bytes).subspan(done)),
                            base::Deadline::after(std::chrono::seconds(0)));
    if (!got.ok()) {
      space_.forget(digest);
      unlinker_->unlink({digest});
      return got.error();
    }
    done += *got;
  }
  base::Hasher hasher(digest.algorithm());
  hasher.update(bytes);
  if (hasher.finish() != digest) {
    space_.forget(digest);
    unlinker_->unlink({digest});
    return base::Error{base::ErrorCode::Corrupt, digest.str() + ": the stored bytes have changed"};
  }
  return bytes;
}

base::Result<base::UniqueFd> Store::make_partial(const base::Digest& digest, std::uint64_t size) {
  const auto path = layout_->partial(digest);
  auto file = ops_.open(path, base::OpenMode::ReadWriteCreate);
  if (!file.ok() && file.error().code == base::ErrorCode::NotFound) {
    // Somebody has deleted the cache folder, which is allowed at any time.
    ECRELAY_TRY_VOID(base::make_folders(layout_->partials()));
    file = ops_.open(path, base::OpenMode::ReadWriteCreate);
  }
  if (!file.ok()) {
    return file.error();
  }
  ECRELAY_TRY_VOID(ops_.truncate(file->get(), 0));
  ECRELAY_TRY_VOID(ops_.allocate(file->get(), size));
  return file;
}

base::Result<std::shared_ptr<Fill>> Store::begin(const base::Digest& digest, std::uint64_t size,
                                                 const std::string& job) {
  if (!layout_) {
    return base::Error{base::ErrorCode::NoSpace, problem_};
  }
  ECRELAY_TRY(const auto victims, space_.reserve(digest, size));
  unlinker_->unlink(victims);
  unlinker_->wait_for(digest);
  auto file = make_partial(digest, size);
  if (!file.ok()) {
    std::ignore = ops_.remove(layout_->partial(digest));  // else the next start removes it
    space_.release(digest, size);
    return file.error();
  }
  return std::make_shared<Fill>(*layout_, space_, ops_, digest, size, job, std::move(*file));
}

base::Result<void> Store::put(const base::Digest& digest, std::string_view bytes,
                              const std::string& job) {
  if (size_of(digest)) {
    return {};
  }
  auto begun = begin(digest, bytes.size(), job);
  if (!begun.ok()) {
    const bool others_do = begun.error().code == base::ErrorCode::AlreadyExists;
    return others_do ? base::Result<void>() : base::Result<void>(begun.error());
  }
  const auto& fill = begun.value();
  ECRELAY_TRY_VOID(fill->write(0, std::as_bytes(std::span(bytes))));
  return fill->commit();
}

}  // namespace ecrelay::store
