#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "support/ecr_double/image.hpp"

namespace ecrelay::ecr_double {

/// An image under a name of an upstream registry.
struct NamedImage {
  std::string registry;    ///< "docker.io"
  std::string repository;  ///< "library/alpine"
  std::string tag;
  Image image;
};

inline constexpr std::size_t kDefaultLargeLayer = std::size_t{8} << 20;

/// Images made from nothing that container engines can unpack; the same bytes each time:
///   docker.io/library/sample-base:1  OCI index of linux/amd64 and linux/arm64, gzip layers
///   docker.io/library/sample-app:1   OCI index, the layers of sample-base and its own
///   docker.io/library/sample-list:1  Docker manifest list of two schema 2 manifests
///   quay.io/sample/tool:1            Docker schema 2 manifest
///   ghcr.io/sample/oci:1             OCI manifest, one layer, uncompressed
///   docker.io/sample/large:1         OCI manifest, six layers of `large_layer` random bytes
std::vector<NamedImage> sample_images(std::size_t large_layer = kDefaultLargeLayer);

}  // namespace ecrelay::ecr_double
