#pragma once

#include <cstdint>
#include <limits>

namespace ecrelay::app {

inline constexpr std::uint64_t kNoFileLimit = std::numeric_limits<std::uint64_t>::max();

/// Raises how many files this process may have open to what the machine allows it, `most` at most:
/// a connection is a file. A failure leaves the limit as it was, and says so in the log.
void raise_file_limit(std::uint64_t most);

}  // namespace ecrelay::app
