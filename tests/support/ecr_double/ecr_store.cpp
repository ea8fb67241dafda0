#include "support/ecr_double/ecr_store.hpp"

namespace ecrelay::ecr_double {
namespace {

template <typename Map>
std::optional<typename Map::mapped_type> value_of(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool EcrStore::has_repository(const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  return repositories_.contains(repository);
}

std::optional<StoredTag> EcrStore::tag(const std::string& repository,
                                       const std::string& tag) const {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  return found == repositories_.end() ? std::nullopt : value_of(found->second.tags, tag);
}

std::optional<StoredManifest> EcrStore::manifest(const std::string& repository,
                                                 const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  return found == repositories_.end() ? std::nullopt : value_of(found->second.manifests, digest);
}

std::optional<StoredBlob> EcrStore::blob(const std::string& repository,
                                         const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = repositories_.find(repository);
  return found == repositories_.end() ? std::nullopt : value_of(found->second.blobs, digest);
}

std::vector<std::string> EcrStore::tags(const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> tags;
  if (const auto found = repositories_.find(repository); found != repositories_.end()) {
    for (const auto& [tag, stored] : found->second.tags) {
      tags.push_back(tag);
    }
  }
  return tags;
}

std::vector<StoredManifest> EcrStore::manifests(const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  std::vector<StoredManifest> all;
  if (const auto found = repositories_.find(repository); found != repositories_.end()) {
    for (const auto& [digest, stored] : found->second.manifests) {
      all.push_back(stored);
    }
  }
  return all;
}

void EcrStore::add(const std::string& repository, const std::string& tag, const Image& image,
                   const Arrival& root, const Arrival& rest) {
  const std::lock_guard lock(mutex_);
  auto& target = repositories_[repository];
  for (const auto& [digest, manifest] : image.manifests) {
    const auto& arrival = digest == image.digest ? root : rest;
    target.manifests.try_emplace(digest, StoredManifest{digest, manifest, arrival});
  }
  for (const auto& [digest, content] : image.blobs) {
    target.blobs.try_emplace(digest, StoredBlob{content, rest});
  }
  if (!tag.empty()) {
    target.tags[tag] = {image.digest, root, root.at};
  }
}

void EcrStore::mark_validated(const std::string& repository, const std::string& tag,
                              base::Steady::time_point when) {
  const std::lock_guard lock(mutex_);
  if (const auto found = repositories_.find(repository); found != repositories_.end()) {
    if (const auto stored = found->second.tags.find(tag); stored != found->second.tags.end()) {
      stored->second.validated = when;
    }
  }
}

void EcrStore::clear() {
  const std::lock_guard lock(mutex_);
  repositories_.clear();
}

}  // namespace ecrelay::ecr_double
