#include "store/recovery.hpp"

#include <algorithm>
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

void scan(const fs::path& folder, const std::string& algorithm, std::vector<Found>& found,
          std::uint64_t& unknown) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      continue;
    }
    const auto digest = base::Digest::parse(algorithm + ":" + it->path().filename().string());
    const auto size = it->file_size(error);
    const auto used = error ? fs::file_time_type() : it->last_write_time(error);
    if (!digest.ok() || error || !it->is_regular_file(ignored)) {
      ++unknown;
      error.clear();
      continue;
    }
    found.push_back({*digest, size, used});
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
    scan(layout.blobs() / algorithm, algorithm, found, result.unknown);
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
