#include "oci/media_types.hpp"

#include <algorithm>
#include <cstddef>

#include "base/strings.hpp"

namespace ecrelay::oci {
namespace {

constexpr std::size_t kMaxMediaType = 255;

bool is_name_char(char c) {
  constexpr std::string_view kPunctuation = "!#$&-^_.+";
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         kPunctuation.find(c) != std::string_view::npos;
}

bool valid_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_name_char);
}

}  // namespace

std::string media_type_of(std::string_view content_type) {
  auto type = base::lower(base::trim(content_type.substr(0, content_type.find(';'))));
  const auto slash = type.find('/');
  const auto whole = std::string_view(type);
  if (slash == std::string::npos || type.size() > kMaxMediaType ||
      !valid_name(whole.substr(0, slash)) || !valid_name(whole.substr(slash + 1))) {
    return {};
  }
  return type;
}

bool is_index(std::string_view media_type) {
  return media_type == kOciIndex || media_type == kDockerIndex;
}

bool is_image_manifest(std::string_view media_type) {
  return media_type == kOciManifest || media_type == kDockerManifest;
}

bool is_docker_schema1(std::string_view media_type) {
  return media_type == kDockerManifestV1 || media_type == kDockerManifestV1Signed;
}

bool is_manifest(std::string_view media_type) {
  return is_index(media_type) || is_image_manifest(media_type) || is_docker_schema1(media_type);
}

}  // namespace ecrelay::oci
