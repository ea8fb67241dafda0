#include "support/ecr_double/image_library.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kDockerHub = "docker.io";

template <typename Map>
std::optional<typename Map::mapped_type> value_of(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

void ImageLibrary::put(const std::string& registry, const std::string& repository,
                       const std::string& tag, const Image& image) {
  const std::lock_guard lock(mutex_);
  auto& target = registries_[registry][repository];
  target.manifests.insert(image.manifests.begin(), image.manifests.end());
  target.blobs.insert(image.blobs.begin(), image.blobs.end());
  if (!tag.empty()) {
    target.tags[tag] = image.digest;
  }
}

void ImageLibrary::remove_tag(const std::string& registry, const std::string& repository,
                              const std::string& tag) {
  const std::lock_guard lock(mutex_);
  registries_[registry][repository].tags.erase(tag);
}

std::vector<std::string> ImageLibrary::registries() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, repositories] : registries_) {
    names.push_back(name);
  }
  return names;
}

std::optional<std::string> ImageLibrary::registry_of(const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  if (find(kDockerHub, repository) != nullptr) {
    return kDockerHub;
  }
  for (const auto& [name, repositories] : registries_) {
    if (repositories.contains(repository)) {
      return name;
    }
  }
  return std::nullopt;
}

bool ImageLibrary::has(const std::string& registry, const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  return find(registry, repository) != nullptr;
}

std::optional<std::string> ImageLibrary::digest_of(const std::string& registry,
                                                   const std::string& repository,
                                                   const std::string& reference) const {
  const std::lock_guard lock(mutex_);
  const auto* const from = find(registry, repository);
  if (from == nullptr) {
    return std::nullopt;
  }
  return from->manifests.contains(reference) ? std::optional(reference)
                                             : value_of(from->tags, reference);
}

std::optional<Manifest> ImageLibrary::manifest(const std::string& registry,
                                               const std::string& repository,
                                               const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto* const from = find(registry, repository);
  return from == nullptr ? std::nullopt : value_of(from->manifests, digest);
}

std::optional<Content> ImageLibrary::blob(const std::string& registry,
                                          const std::string& repository,
                                          const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto* const from = find(registry, repository);
  return from == nullptr ? std::nullopt : value_of(from->blobs, digest);
}

std::optional<Image> ImageLibrary::image(const std::string& registry, const std::string& repository,
                                         const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto* const from = find(registry, repository);
  if (from == nullptr || !from->manifests.contains(digest)) {
    return std::nullopt;
  }
  Image image;
  image.digest = digest;
  collect(*from, digest, image);
  return image;
}

void ImageLibrary::collect(const Repository& from, const std::string& digest, Image& into) {
  const auto found = from.manifests.find(digest);
  if (found == from.manifests.end() || !into.manifests.insert(*found).second) {
    return;
  }
  const auto links = read_links(found->second);
  for (const auto& child : links.manifests) {
    collect(from, child, into);
  }
  for (const auto& blob : links.blobs) {
    if (const auto content = from.blobs.find(blob); content != from.blobs.end()) {
      into.blobs.insert(*content);
    }
  }
}

std::vector<std::string> ImageLibrary::tags(const std::string& registry,
                                            const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> tags;
  if (const auto* const from = find(registry, repository); from != nullptr) {
    for (const auto& [tag, digest] : from->tags) {
      tags.push_back(tag);
    }
  }
  return tags;
}

std::vector<std::string> ImageLibrary::referrers(const std::string& registry,
                                                 const std::string& repository,
                                                 const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> digests;
  if (const auto* const from = find(registry, repository); from != nullptr) {
    for (const auto& [referrer, manifest] : from->manifests) {
      if (read_links(manifest).subject == digest) {
        digests.push_back(referrer);
      }
    }
  }
  return digests;
}

const ImageLibrary::Repository* ImageLibrary::find(const std::string& registry,
                                                   const std::string& repository) const {
  const auto repositories = registries_.find(registry);
  if (repositories == registries_.end()) {
    return nullptr;
  }
  const auto found = repositories->second.find(repository);
  return found == repositories->second.end() ? nullptr : &found->second;
}

}  // namespace ecrelay::ecr_double
