#include "support/ecr_double/oci_layout.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/digest.hpp"
#include "base/file_ops.hpp"

namespace ecrelay::ecr_double {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

constexpr const char* kRefName = "org.opencontainers.image.ref.name";

base::Result<Path> blob_path(const Path& folder, const std::string& digest) {
  ECRELAY_TRY(const auto parsed, base::Digest::parse(digest));
  return folder / "blobs" / std::string(parsed.algorithm_name()) / parsed.hex();
}

/// The media type that the document names itself, else by its shape.
std::string media_type_of(const Content& content) {
  const auto document = Json::parse(content.view(), nullptr, false);
  if (!document.is_object()) {
    return "";
  }
  const auto* const fallback = document.contains("manifests") ? kOciIndex : kOciManifest;
  return document.value("mediaType", fallback);
}

base::Result<void> collect(const Path& folder, const std::string& digest, Image& image) {
  ECRELAY_TRY(const auto path, blob_path(folder, digest));
  ECRELAY_TRY(auto content, Content::map_file(path));
  if (base::sha256(content.view()).str() != digest) {
    return base::Error{base::ErrorCode::Corrupt, path.string() + " does not have its digest"};
  }
  const Manifest manifest{media_type_of(content), content};
  image.manifests[digest] = manifest;
  const auto links = read_links(manifest);
  for (const auto& child : links.manifests) {
    ECRELAY_TRY(const auto child_path, blob_path(folder, child));
    if (std::filesystem::exists(child_path)) {
      ECRELAY_TRY_VOID(collect(folder, child, image));
    }
  }
  for (const auto& blob : links.blobs) {
    ECRELAY_TRY(const auto file, blob_path(folder, blob));
    ECRELAY_TRY(image.blobs[blob], Content::map_file(file));
  }
  return {};
}

/// A reference name may be a tag, or a whole reference that ends in one.
std::string tag_of(const Json& entry) {
  const auto annotations = entry.value("annotations", Json::object());
  const auto name = annotations.value(kRefName, "latest");
  return name.substr(name.rfind(':') + 1);
}

}  // namespace

base::Result<std::vector<NamedImage>> read_oci_layout(const std::filesystem::path& folder,
                                                      const std::string& registry,
                                                      const std::string& repository) {
  ECRELAY_TRY(const auto text, base::read_file(folder / "index.json"));
  const auto index = Json::parse(text, nullptr, false);
  if (!index.is_object() || !index.contains("manifests")) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       (folder / "index.json").string() + " is no OCI image index"};
  }
  std::vector<NamedImage> images;
  for (const auto& entry : index["manifests"]) {
    NamedImage named{registry, repository, tag_of(entry), {}};
    named.image.digest = entry.value("digest", "");
    ECRELAY_TRY_VOID(collect(folder, named.image.digest, named.image));
    images.push_back(std::move(named));
  }
  return images;
}

}  // namespace ecrelay::ecr_double
