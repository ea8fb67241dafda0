#include "oci/manifest.hpp"

#include <cstdint>
#include <limits>
#include <utility>

#include "oci/foreign_json.hpp"
#include "oci/media_types.hpp"

namespace ecrelay::oci {
namespace {

constexpr std::string_view kOctetStream = "application/octet-stream";

std::optional<std::uint64_t> size_member(const Json& object) {
  const auto* value = member(object, "size");
  if (value == nullptr || !value->is_number_unsigned()) {
    return std::nullopt;
  }
  const auto size = value->get<std::uint64_t>();
  if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return size;
}

std::optional<Platform> platform_member(const Json& object) {
  const auto* value = member(object, "platform");
  if (value == nullptr || !value->is_object()) {
    return std::nullopt;
  }
  return Platform{.os = string_member(*value, "os"),
                  .architecture = string_member(*value, "architecture"),
                  .variant = string_member(*value, "variant")};
}

std::optional<Descriptor> read_descriptor(const Json& object) {
  auto digest = base::Digest::parse(string_member(object, "digest"));
  if (!digest.ok()) {
    return std::nullopt;
  }
  const auto* urls = member(object, "urls");
  return Descriptor{.media_type = media_type_of(string_member(object, "mediaType")),
                    .digest = *digest,
                    .size = size_member(object),
                    .platform = platform_member(object),
                    .artifact_type = media_type_of(string_member(object, "artifactType")),
                    .foreign = urls != nullptr && urls->is_array() && !urls->empty()};
}

std::optional<Descriptor> descriptor_member(const Json& object, const char* name) {
  const auto* value = member(object, name);
  return value == nullptr ? std::nullopt : read_descriptor(*value);
}

std::vector<Descriptor> descriptors_member(const Json& object, const char* name) {
  std::vector<Descriptor> descriptors;
  const auto* list = member(object, name);
  if (list == nullptr || !list->is_array()) {
    return descriptors;
  }
  for (const auto& item : *list) {
    if (auto descriptor = read_descriptor(item)) {
      descriptors.push_back(std::move(*descriptor));
    }
  }
  return descriptors;
}

/// `fsLayers[].blobSum` of Docker's schema 1, which has no sizes.
std::vector<Descriptor> schema1_layers(const Json& object) {
  std::vector<Descriptor> layers;
  const auto* list = member(object, "fsLayers");
  if (list == nullptr || !list->is_array()) {
    return layers;
  }
  for (const auto& item : *list) {
    if (const auto digest = base::Digest::parse(string_member(item, "blobSum")); digest.ok()) {
      layers.push_back(Descriptor{.digest = *digest});
    }
  }
  return layers;
}

std::string_view type_by_shape(const Json& object) {
  if (member(object, "fsLayers") != nullptr) {
    return member(object, "signatures") != nullptr ? kDockerManifestV1Signed : kDockerManifestV1;
  }
  if (member(object, "manifests") != nullptr) {
    return kOciIndex;
  }
  if (member(object, "config") != nullptr || member(object, "layers") != nullptr) {
    return kOciManifest;
  }
  return {};
}

/// What a registry says that knows no better.
bool is_vague(std::string_view type) {
  return type.empty() || type == kOctetStream || type == "application/json" || type == "text/plain";
}

std::string type_of(const Json& object, std::string_view content_type) {
  auto type = media_type_of(string_member(object, "mediaType"));
  if (type.empty()) {
    type = media_type_of(content_type);
  }
  if (const auto shape = type_by_shape(object); is_vague(type) && !shape.empty()) {
    type = shape;
  }
  return type.empty() ? std::string(kOctetStream) : type;
}

}  // namespace

base::Result<ParsedManifest> parse_manifest(std::string_view bytes, std::string_view content_type) {
  ECRELAY_TRY(const auto object, parse_foreign_object(bytes, kMaxManifestBytes, "manifest"));
  const bool has_children = member(object, "manifests") != nullptr;
  const bool has_blobs = member(object, "layers") != nullptr || member(object, "config") != nullptr;
  if (has_children && has_blobs) {
    return base::Error{base::ErrorCode::Corrupt, "manifest: an index and an image at once"};
  }
  ParsedManifest manifest;
  manifest.media_type = type_of(object, content_type);
  if (is_index(manifest.media_type)) {
    manifest.kind = ManifestKind::Index;
    manifest.children = descriptors_member(object, "manifests");
  } else if (is_image_manifest(manifest.media_type)) {
    manifest.kind = ManifestKind::Image;
    manifest.config = descriptor_member(object, "config");
    manifest.layers = descriptors_member(object, "layers");
  } else if (is_docker_schema1(manifest.media_type)) {
    manifest.layers = schema1_layers(object);
  }
  manifest.subject = descriptor_member(object, "subject");
  manifest.artifact_type = media_type_of(string_member(object, "artifactType"));
  return manifest;
}

}  // namespace ecrelay::oci
