#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/ecr_double/content.hpp"

namespace ecrelay::ecr_double {

struct LayerFile {
  std::string path;     ///< "etc/motd", without a leading slash; ending in '/': a folder
  std::string content;  ///< empty for a folder
  unsigned mode = 0644;
};

enum class LayerForm {
  Tar,     ///< uncompressed
  Gzip,    ///< compressed
  Stored,  ///< gzip without compression: for random bytes, quick to make
};

/// One layer: the bytes as a registry holds them, and the digest of the tar inside (diff ID).
struct Layer {
  LayerForm form = LayerForm::Gzip;
  Content content;
  std::string digest;   ///< "sha256:.." of `content`
  std::string diff_id;  ///< "sha256:.." of the tar
};

/// A layer of these files, with the folders above them; deterministic (times 0, owner root).
Layer make_layer(LayerForm form, const std::vector<LayerFile>& files);

/// `size` bytes that do not compress; the same for the same seed.
std::string random_bytes(std::uint64_t seed, std::size_t size);

/// A POSIX ustar archive (IEEE 1003.1, "pax", ustar interchange format). Paths of up to 100 bytes.
std::string make_tar(const std::vector<LayerFile>& files);

}  // namespace ecrelay::ecr_double
