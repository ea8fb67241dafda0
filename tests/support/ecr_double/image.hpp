#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/ecr_double/content.hpp"
#include "support/ecr_double/layers.hpp"

namespace ecrelay::ecr_double {

inline constexpr char kOciIndex[] = "application/vnd.oci.image.index.v1+json";
inline constexpr char kOciManifest[] = "application/vnd.oci.image.manifest.v1+json";
inline constexpr char kDockerList[] = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr char kDockerManifest[] = "application/vnd.docker.distribution.manifest.v2+json";

struct Manifest {
  std::string media_type;
  Content content;
};

/// Everything that one digest leads to: manifests and blobs by their digest. Value type.
struct Image {
  std::string digest;  ///< of the index, or of the one manifest
  std::map<std::string, Manifest> manifests;
  std::map<std::string, Content> blobs;

  /// The root.
  [[nodiscard]] const Manifest& manifest() const { return manifests.at(digest); }
  /// Bytes of all blobs, each once.
  [[nodiscard]] std::uint64_t blob_bytes() const;
};

enum class ImageFormat { Oci, Docker };

struct ImageSpec {
  ImageFormat format = ImageFormat::Oci;
  std::string architecture = "amd64";
  std::vector<Layer> layers;
  std::map<std::string, std::string> labels;
};

/// A valid image of one platform (linux): a config that names the layers' diff IDs, and a manifest.
Image make_image(const ImageSpec& spec);

/// An OCI index, or a Docker manifest list, of such images.
Image make_index(ImageFormat format, const std::vector<Image>& images);

/// An OCI artifact (a signature, an SBOM) that refers to `subject`, OCI image spec 1.1 manifest.md.
Image make_referrer(const Image& subject, const std::string& artifact_type,
                    const std::string& payload);

/// What a manifest leads to directly. Empty where the document is no manifest.
struct Links {
  std::vector<std::string> manifests;  ///< of an index
  std::vector<std::string> blobs;      ///< config and layers
  std::optional<std::string> subject;
  std::string artifact_type;
};
Links read_links(const Manifest& manifest);

}  // namespace ecrelay::ecr_double
