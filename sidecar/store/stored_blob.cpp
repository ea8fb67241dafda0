#include "store/stored_blob.hpp"

namespace ecrelay::store {

base::Result<std::size_t> StoredBlob::read(std::uint64_t offset, std::span<std::byte> data,
                                           base::Deadline /*deadline*/) {
  ECRELAY_TRY(const auto got, ops_.read_at(file_.get(), offset, data));
  if (got == 0 && offset < size_) {
    return base::Error{base::ErrorCode::Corrupt, digest_.str() + ": the stored file is too short"};
  }
  return got;
}

}  // namespace ecrelay::store
