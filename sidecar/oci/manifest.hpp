#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "oci/descriptor.hpp"

namespace ecrelay::oci {

/// ECR's own bound (its API model, `imageManifest`), and that of every large registry.
inline constexpr std::size_t kMaxManifestBytes = std::size_t{4} << 20;

enum class ManifestKind {
  Index,  ///< `children` are manifests
  Image,  ///< `config` and `layers` are blobs; also OCI artifacts
  Other,  ///< Docker schema 1 (its blobs are in `layers`), or a type unknown to us
};

/// What the relay needs to know of a manifest. Descriptors whose digest is malformed or of an
/// unknown algorithm are left out. Value type.
struct ParsedManifest {
  std::string media_type;  ///< of the body, else as given, else by its shape; fit for a header
  ManifestKind kind = ManifestKind::Other;
  std::vector<Descriptor> children;
  std::optional<Descriptor> config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  std::string artifact_type;
};

/// Reads foreign bytes. `content_type` is what the registry said of them, may be empty. Corrupt if
/// they are too large, not JSON, or both an index and an image at once (CVE-2021-41190). Does not
/// check a digest: hash the bytes for that.
base::Result<ParsedManifest> parse_manifest(std::string_view bytes, std::string_view content_type);

}  // namespace ecrelay::oci
