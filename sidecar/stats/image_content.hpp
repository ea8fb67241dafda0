#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ecrelay::stats {

enum class BlobRole { Config, Layer };

struct ImageBlob {
  std::string digest;
  std::uint64_t size = 0;
  BlobRole role = BlobRole::Layer;
};

/// What a manifest holds: the blobs of an image manifest, or the child manifests of an index. By it
/// a blob's request is told to belong to an image.
struct ImageContent {
  std::string manifest;               ///< its digest
  std::vector<std::string> children;  ///< digests; of an index
  std::vector<ImageBlob> blobs;       ///< of an image manifest
};

}  // namespace ecrelay::stats
