#include "oci/reference.hpp"

#include <algorithm>
#include <cstddef>

#include "base/strings.hpp"
#include "base/url.hpp"

namespace ecrelay::oci {
namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::size_t kMaxRepository = 255;
constexpr std::size_t kMaxTag = 128;
constexpr std::size_t kMaxHost = 255;
constexpr std::size_t kShaHexDigits = 64;

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_alnum(char c) {
  return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/// One of ".", "_", "__" or a run of "-".
bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         text.find_first_not_of('-') == std::string_view::npos;
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
bool valid_path_component(std::string_view text) {
  if (text.empty() || !is_lower_alnum(text.front()) || !is_lower_alnum(text.back())) {
    return false;
  }
  auto at = text.begin();
  while (at != text.end()) {
    const auto separator = std::find_if_not(at, text.end(), is_lower_alnum);
    at = std::find_if(separator, text.end(), is_lower_alnum);
    if (separator != at && !is_separator(std::string_view(separator, at))) {
      return false;
    }
  }
  return true;
}

bool valid_label(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool valid_port(std::string_view text) {
  const auto number = base::parse_uint(text);
  return number && *number >= 1 && *number <= 65535;
}

base::Error bad_reference(std::string_view text, std::string_view why) {
  return {base::ErrorCode::InvalidArgument,
          "image reference '" + base::printable(text) + "': " + std::string(why)};
}

bool names_registry(std::string_view first_part) {
  return first_part.find_first_of(".:") != std::string_view::npos || first_part == "localhost";
}

}  // namespace

bool valid_repository(std::string_view text) {
  if (text.size() > kMaxRepository) {
    return false;
  }
  const auto parts = base::split(text, '/');
  return std::all_of(parts.begin(), parts.end(), valid_path_component);
}

bool valid_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && (is_alnum(text.front()) || text[0] == '_') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '.' || c == '_' || c == '-'; });
}

bool valid_registry(std::string_view text) {
  if (text.size() > kMaxHost) {
    return false;
  }
  if (text.starts_with('[')) {
    // The URL parser knows what an IPv6 address in brackets is, with its port.
    return base::Url::parse("http://" + std::string(text)).ok() &&
           text.find_first_of("/?#") == std::string_view::npos;
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && !valid_port(text.substr(colon + 1))) {
    return false;
  }
  const auto labels = base::split(text.substr(0, colon), '.');
  return std::all_of(labels.begin(), labels.end(), valid_label);
}

std::string canonical_registry(std::string_view host) {
  auto name = base::lower(host);
  if (name == "index.docker.io" || name == "registry-1.docker.io") {
    name = kDockerHub;
  }
  return name;
}

base::Result<ImageReference> ImageReference::parse(std::string_view text) {
  if (text.size() == kShaHexDigits &&
      std::all_of(text.begin(), text.end(), [](char c) { return base::lower_hex_value(c) >= 0; })) {
    return bad_reference(text, "64 hex digits are the id of an image, not its name");
  }
  ImageReference reference;
  auto name = text;
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    auto digest = base::Digest::parse(name.substr(at + 1));
    if (!digest.ok()) {
      return bad_reference(text, digest.error().message);
    }
    reference.digest = *digest;
    name = name.substr(0, at);
  }
  const auto slash = name.find('/');
  reference.registry = kDockerHub;
  if (slash != std::string_view::npos && names_registry(name.substr(0, slash))) {
    if (!valid_registry(name.substr(0, slash))) {
      return bad_reference(text, "the part before the first '/' is not a host");
    }
    reference.registry = canonical_registry(name.substr(0, slash));
    name = name.substr(slash + 1);
  }
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos) {
    reference.tag = name.substr(colon + 1);
    name = name.substr(0, colon);
    if (!valid_tag(reference.tag)) {
      return bad_reference(text, "the tag has to match [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    }
  } else if (!reference.digest) {
    reference.tag = "latest";
  }
  reference.repository = name;
  if (reference.registry == kDockerHub && name.find('/') == std::string_view::npos) {
    reference.repository = "library/" + std::string(name);
  }
  if (!valid_repository(reference.repository)) {
    return bad_reference(text,
                         "the repository has to be lower-case letters and digits, with single "
                         "separators, at most 255 characters");
  }
  return reference;
}

std::string ImageReference::str() const {
  auto text = registry + "/" + repository;
  if (!tag.empty()) {
    text += ":" + tag;
  }
  if (digest) {
    text += "@" + digest->str();
  }
  return text;
}

}  // namespace ecrelay::oci
