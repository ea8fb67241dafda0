#include "support/ecr_double/image.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/digest.hpp"

namespace ecrelay::ecr_double {
namespace {

using Json = nlohmann::ordered_json;

Json descriptor(std::string_view media_type, const std::string& digest, std::uint64_t size) {
  return {{"mediaType", media_type}, {"digest", digest}, {"size", size}};
}

std::string layer_type(ImageFormat format, LayerForm form) {
  if (format == ImageFormat::Docker) {
    return form == LayerForm::Tar ? "application/vnd.docker.image.rootfs.diff.tar"
                                  : "application/vnd.docker.image.rootfs.diff.tar.gzip";
  }
  return form == LayerForm::Tar ? "application/vnd.oci.image.layer.v1.tar"
                                : "application/vnd.oci.image.layer.v1.tar+gzip";
}

Json make_config(const ImageSpec& spec) {
  constexpr const char* kEpoch = "1970-01-01T00:00:00Z";
  Json diff_ids = Json::array();
  Json history = Json::array();
  for (const auto& layer : spec.layers) {
    diff_ids.push_back(layer.diff_id);
    history.push_back({{"created", kEpoch}, {"created_by", "ecr-emulator"}});
  }
  Json config = {{"Env", Json::array({"PATH=/usr/bin:/bin"})}, {"Cmd", Json::array({"/bin/sh"})}};
  if (!spec.labels.empty()) {
    config["Labels"] = spec.labels;
  }
  return {{"created", kEpoch},
          {"architecture", spec.architecture},
          {"os", "linux"},
          {"config", std::move(config)},
          {"rootfs", {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}}},
          {"history", std::move(history)}};
}

/// Adds a blob and returns its digest.
std::string add_blob(Image& image, const Content& content) {
  const auto digest = base::sha256(content.view()).str();
  image.blobs[digest] = content;
  return digest;
}

void set_root(Image& image, std::string media_type, const Json& document) {
  Content content(document.dump(2));
  image.digest = base::sha256(content.view()).str();
  image.manifests[image.digest] = {std::move(media_type), std::move(content)};
}

std::string architecture_of(const Image& image) {
  const auto manifest = Json::parse(image.manifest().content.view());
  const auto config = image.blobs.at(manifest.at("config").at("digest"));
  return Json::parse(config.view()).at("architecture");
}

}  // namespace

std::uint64_t Image::blob_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [blob, content] : blobs) {
    sum += content.size();
  }
  return sum;
}

Image make_image(const ImageSpec& spec) {
  const bool docker = spec.format == ImageFormat::Docker;
  const std::string type = docker ? kDockerManifest : kOciManifest;
  Image image;
  const Content config(make_config(spec).dump());
  Json layers = Json::array();
  for (const auto& layer : spec.layers) {
    image.blobs[layer.digest] = layer.content;
    layers.push_back(
        descriptor(layer_type(spec.format, layer.form), layer.digest, layer.content.size()));
  }
  const auto* const config_type = docker ? "application/vnd.docker.container.image.v1+json"
                                         : "application/vnd.oci.image.config.v1+json";
  set_root(image, type,
           {{"schemaVersion", 2},
            {"mediaType", type},
            {"config", descriptor(config_type, add_blob(image, config), config.size())},
            {"layers", std::move(layers)}});
  return image;
}

Image make_index(ImageFormat format, const std::vector<Image>& images) {
  const std::string type = format == ImageFormat::Docker ? kDockerList : kOciIndex;
  Image index;
  Json children = Json::array();
  for (const auto& image : images) {
    const auto& manifest = image.manifest();
    auto child = descriptor(manifest.media_type, image.digest, manifest.content.size());
    child["platform"] = {{"architecture", architecture_of(image)}, {"os", "linux"}};
    children.push_back(std::move(child));
    index.manifests.insert(image.manifests.begin(), image.manifests.end());
    index.blobs.insert(image.blobs.begin(), image.blobs.end());
  }
  set_root(index, type,
           {{"schemaVersion", 2}, {"mediaType", type}, {"manifests", std::move(children)}});
  return index;
}

Image make_referrer(const Image& subject, const std::string& artifact_type,
                    const std::string& payload) {
  constexpr const char* kEmptyType = "application/vnd.oci.empty.v1+json";
  Image referrer;
  const Content empty("{}");
  const Content content(payload);
  const auto& about = subject.manifest();
  Json layers = Json::array();
  layers.push_back(
      descriptor("application/octet-stream", add_blob(referrer, content), content.size()));
  set_root(referrer, kOciManifest,
           {{"schemaVersion", 2},
            {"mediaType", kOciManifest},
            {"artifactType", artifact_type},
            {"config", descriptor(kEmptyType, add_blob(referrer, empty), empty.size())},
            {"layers", std::move(layers)},
            {"subject", descriptor(about.media_type, subject.digest, about.content.size())}});
  return referrer;
}

Links read_links(const Manifest& manifest) {
  Links links;
  const auto document = Json::parse(manifest.content.view(), nullptr, false);
  if (!document.is_object()) {
    return links;
  }
  const auto digests_of = [&](const char* member) {
    std::vector<std::string> digests;
    for (const auto& entry : document.value(member, Json::array())) {
      digests.push_back(entry.value("digest", ""));
    }
    return digests;
  };
  links.manifests = digests_of("manifests");
  links.blobs = digests_of("layers");
  if (const auto config = document.find("config"); config != document.end()) {
    links.blobs.push_back(config->value("digest", ""));
    links.artifact_type = config->value("mediaType", "");
  }
  links.artifact_type = document.value("artifactType", links.artifact_type);
  if (const auto subject = document.find("subject"); subject != document.end()) {
    links.subject = subject->value("digest", "");
  }
  return links;
}

}  // namespace ecrelay::ecr_double
