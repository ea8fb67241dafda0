#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file_ops.hpp"

namespace ecrelay::store {

/// A repository of an upstream registry, as text: "docker.io" and "library/node".
struct RepositoryName {
  std::string registry;
  std::string repository;
  auto operator<=>(const RepositoryName&) const = default;  // NOLINT(modernize-use-nullptr)
};

enum class ContentKind : std::uint8_t { Manifest, Blob };

/// What a repository is known to contain.
struct Content {
  ContentKind kind = ContentKind::Blob;
  std::string media_type;  ///< empty where only the registry confirmed it
  std::uint64_t size = 0;
  std::optional<base::Digest> parent;  ///< the manifest that named it last
};

struct TagRecord {
  base::Digest digest;
  base::Wall::time_point asked_at;  ///< when the registry last said so
};

class NamesFile;

/// Which tag led to which digest and when, and which repository may serve which digest: a blob is
/// shared by digest, but served under a repository only once a manifest of that repository named it
/// or its registry confirmed it. Kept in memory and, where `index.db` can be written, on disk by
/// group commit; without the file only the next start knows less. Thread-safe.
class NamesIndex {
 public:
  using Held = std::function<bool(const base::Digest&)>;

  /// Reads `file` if it is there. Of content it keeps what `held` knows, or whose parent it knows.
  NamesIndex(const base::Path& file, const Held& held);
  /// In memory alone.
  NamesIndex();
  ~NamesIndex();

  [[nodiscard]] std::optional<TagRecord> tag(const RepositoryName& repository,
                                             const std::string& tag) const;
  /// Unless something asked later is known already.
  void set_tag(const RepositoryName& repository, const std::string& tag, const TagRecord& record);

  [[nodiscard]] std::optional<Content> content(const RepositoryName& repository,
                                               const base::Digest& digest) const;
  void allow(const RepositoryName& repository, const base::Digest& digest, const Content& content);

  /// A tag of the repository that led to this digest, itself or through an index that names it.
  [[nodiscard]] std::optional<std::string> tag_leading_to(const RepositoryName& repository,
                                                          const base::Digest& digest) const;

 private:
  struct Repository {
    std::map<std::string, TagRecord> tags;
    std::unordered_map<base::Digest, Content> contents;
  };
  [[nodiscard]] const Repository* find_locked(const RepositoryName& repository) const;

  mutable std::mutex mutex_;
  std::map<RepositoryName, Repository> repositories_;
  std::unique_ptr<NamesFile> file_;
};

}  // namespace ecrelay::store
