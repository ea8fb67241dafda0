#include "store/stored_blob.hpp"

namespace ecrelay::store {

base::Result<std::size_t> StoredBlob::read(std::uint64_t offset, std::span<std::byte> data,
                                           base::Deadline /*deadline*/) {
  auto got = ops_.read_at(file_.get(), offset, data);
  if (got.ok() && *got == 0 && offset < size_) {
    got = base::Error{base::ErrorCode::Corrupt, digest_.str() + ": the stored file is too short"};
  }
  if (!got.ok()) {
    space_.forget(digest_);  // whoever asks again gets it from its registry
  }
  return got;
}

}  // namespace ecrelay::store
