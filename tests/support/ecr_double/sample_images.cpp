#include "support/ecr_double/sample_images.hpp"

#include <cstdint>

namespace ecrelay::ecr_double {
namespace {

constexpr int kLargeLayers = 6;

Layer system_layer(const std::string& architecture) {
  return make_layer(LayerForm::Gzip,
                    {{.path = "etc/os-release", .content = "NAME=\"Sample\"\nID=sample\n"},
                     {.path = "etc/architecture", .content = architecture + "\n"},
                     {.path = "bin/sh", .content = "#!/bin/false\n", .mode = 0755},
                     {.path = "tmp/"}});
}

Layer data_layer(const std::string& path, std::uint64_t seed, std::size_t size) {
  return make_layer(LayerForm::Gzip, {{.path = path, .content = random_bytes(seed, size)}});
}

std::vector<Layer> base_layers(const std::string& architecture) {
  const std::uint64_t seed = architecture == "amd64" ? 1 : 2;
  return {system_layer(architecture), data_layer("usr/lib/base.bin", seed, 96 * 1024)};
}

Image two_platforms(ImageFormat format, const std::vector<Layer>& own) {
  std::vector<Image> images;
  for (const std::string architecture : {"amd64", "arm64"}) {
    ImageSpec spec{.format = format, .architecture = architecture};
    spec.layers = base_layers(architecture);
    spec.layers.insert(spec.layers.end(), own.begin(), own.end());
    images.push_back(make_image(spec));
  }
  return make_index(format, images);
}

Image large_image(std::size_t layer_size) {
  ImageSpec spec;
  for (int i = 0; i < kLargeLayers; ++i) {
    const auto name = std::to_string(i);
    const auto seed = static_cast<std::uint64_t>(1000 + i);
    spec.layers.push_back(
        make_layer(LayerForm::Stored,
                   {{.path = "data/" + name + ".bin", .content = random_bytes(seed, layer_size)}}));
  }
  return make_image(spec);
}

}  // namespace

std::vector<NamedImage> sample_images(std::size_t large_layer) {
  const auto app = data_layer("opt/app/app.bin", 10, 200 * 1024);
  const auto list = data_layer("opt/list.bin", 11, 64 * 1024);
  const auto tool = make_image(
      {.format = ImageFormat::Docker,
       .layers = {system_layer("amd64"), data_layer("usr/bin/tool.bin", 12, 48 * 1024)}});
  const auto plain = make_image(
      {.layers = {make_layer(
           LayerForm::Tar, {{.path = "srv/plain.bin", .content = random_bytes(13, 32 * 1024)}})}});
  return {
      {"docker.io", "library/sample-base", "1", two_platforms(ImageFormat::Oci, {})},
      {"docker.io", "library/sample-app", "1", two_platforms(ImageFormat::Oci, {app})},
      {"docker.io", "library/sample-list", "1", two_platforms(ImageFormat::Docker, {list})},
      {"quay.io", "sample/tool", "1", tool},
      {"ghcr.io", "sample/oci", "1", plain},
      {"docker.io", "sample/large", "1", large_image(large_layer)},
  };
}

}  // namespace ecrelay::ecr_double
