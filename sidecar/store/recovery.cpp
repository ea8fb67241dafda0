#include "store/recovery.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <system_error>
#include <tuple>
#include <vector>

namespace ecrelay::store {
namespace {

namespace fs = std::filesystem;

struct Found {
  base::Digest digest;
  std::uint64_t size = 0;
  fs::file_time_type used;
};

/// The blob that this file is: nothing for another name or place than ours, or no plain file.
std::optional<Found> as_blob(const Layout& layout, const std::string& algorithm,
                             const fs::directory_entry& entry) {
  const auto digest = base::Digest::parse(algorithm + ":" + entry.path().filename().string());
  std::error_code error;
  if (!digest.ok() || entry.path() != layout.blob(*digest) ||
      entry.symlink_status(error).type() != fs::file_type::regular) {
    return std::nullopt;
  }
  Found found{*digest, entry.file_size(error), {}};
  if (!error) {
    found.used = entry.last_write_time(error);
  }
  return error ? std::nullopt : std::optional(found);
}

void scan(const Layout& layout, const std::string& algorithm, std::vector<Found>& found,
          std::uint64_t& unknown) {
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  std::error_code error;
  for (fs::recursive_directory_iterator it(layout.blobs() / algorithm, kOptions, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code ignored;  // then it is no folder
    if (it->symlink_status(ignored).type() == fs::file_type::directory) {
      continue;
    }
    if (const auto blob = as_blob(layout, algorithm, *it)) {
      found.push_back(*blob);
    } else {
      ++unknown;
    }
  }
}

std::uint64_t remove_partials(const Layout& layout, base::FileOps& ops) {
  std::uint64_t removed = 0;
  std::error_code error;
  for (fs::directory_iterator it(layout.partials(), error), end; !error && it != end;
       it.increment(error)) {
    if (ops.remove(it->path()).ok()) {
      ++removed;
    }
  }
  return removed;
}

}  // namespace

Recovered recover(const Layout& layout, base::FileOps& ops, Space& space) {
  Recovered result;
  result.partials = remove_partials(layout, ops);
  std::vector<Found> found;
  for (const std::string algorithm : {"sha256", "sha512"}) {
    scan(layout, algorithm, found, result.unknown);
  }
  // The most recently used come first into the bound, so that the rest is what goes.
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.used > b.used; });
  const auto limit = space.usage().limit;
  std::uint64_t total = 0;
  auto fits = found.begin();
  for (; fits != found.end() && Space::rounded(fits->size) <= limit - total; ++fits) {
    total += Space::rounded(fits->size);
  }
  for (auto it = fits; it != found.end(); ++it) {
    std::ignore = ops.remove(layout.blob(it->digest));  // tried again at the next start
    ++result.over_limit;
  }
  for (auto it = std::make_reverse_iterator(fits); it != found.rend(); ++it) {
    space.adopt(it->digest, it->size);
    ++result.blobs;
  }
  return result;
}

}  // namespace ecrelay::store
