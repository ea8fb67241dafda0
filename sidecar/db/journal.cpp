#include "db/journal.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace ecrelay::db {

Journal journal_for(const base::Path& folder) {
  // statfs(2): NFS, SMB, CIFS, SMB2, AFS, Ceph, 9P.
  static constexpr std::array<std::uint32_t, 7> kNetwork = {
      0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x5346414F, 0x00C36400, 0x01021997};
  struct statfs info {};
  if (::statfs(folder.empty() ? "." : folder.c_str(), &info) != 0) {
    return Journal::Wal;
  }
  const auto type = static_cast<std::uint32_t>(info.f_type);
  return std::find(kNetwork.begin(), kNetwork.end(), type) != kNetwork.end() ? Journal::Truncate
                                                                             : Journal::Wal;
}

}  // namespace ecrelay::db
