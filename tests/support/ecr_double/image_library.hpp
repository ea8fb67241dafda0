#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/ecr_double/image.hpp"

namespace ecrelay::ecr_double {

/// What the upstream registries hold, by registry ("docker.io") and repository ("library/alpine").
/// Thread-safe.
class ImageLibrary {
 public:
  /// Adds the image and points the tag at it, as a push does. An empty tag adds the content alone.
  void put(const std::string& registry, const std::string& repository, const std::string& tag,
           const Image& image);
  void remove_tag(const std::string& registry, const std::string& repository,
                  const std::string& tag);

  [[nodiscard]] std::vector<std::string> registries() const;
  /// The first registry that has this repository, docker.io before all others.
  [[nodiscard]] std::optional<std::string> registry_of(const std::string& repository) const;
  [[nodiscard]] bool has(const std::string& registry, const std::string& repository) const;
  /// By tag or digest.
  [[nodiscard]] std::optional<std::string> digest_of(const std::string& registry,
                                                     const std::string& repository,
                                                     const std::string& reference) const;
  [[nodiscard]] std::optional<Manifest> manifest(const std::string& registry,
                                                 const std::string& repository,
                                                 const std::string& digest) const;
  [[nodiscard]] std::optional<Content> blob(const std::string& registry,
                                            const std::string& repository,
                                            const std::string& digest) const;
  /// Everything that the digest leads to. What the repository lacks is left out.
  [[nodiscard]] std::optional<Image> image(const std::string& registry,
                                           const std::string& repository,
                                           const std::string& digest) const;
  [[nodiscard]] std::vector<std::string> tags(const std::string& registry,
                                              const std::string& repository) const;
  /// The manifests whose subject is this digest.
  [[nodiscard]] std::vector<std::string> referrers(const std::string& registry,
                                                   const std::string& repository,
                                                   const std::string& digest) const;

 private:
  struct Repository {
    std::map<std::string, std::string> tags;
    std::map<std::string, Manifest> manifests;
    std::map<std::string, Content> blobs;
  };
  const Repository* find(const std::string& registry, const std::string& repository) const;
  static void collect(const Repository& from, const std::string& digest, Image& into);

  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, Repository>> registries_;
};

}  // namespace ecrelay::ecr_double
