#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace ecrelay::oci {

/// `[registry/]repository[:tag][@digest]`, in full: `node` is docker.io, library/node, tag latest.
/// Grammar and normalisation as in github.com/distribution/reference. Value type.
struct ImageReference {
  std::string registry;    ///< host[:port], lower case, Docker Hub always as "docker.io"
  std::string repository;  ///< with "library/" for Docker Hub's official images
  std::string tag;         ///< empty only where there is a digest
  std::optional<base::Digest> digest;

  /// InvalidArgument says which part is wrong.
  static base::Result<ImageReference> parse(std::string_view text);

  /// In full, with every part that is there.
  [[nodiscard]] std::string str() const;

  bool operator==(const ImageReference&) const = default;
};

/// A repository name of the OCI distribution spec, at most 255 characters.
bool valid_repository(std::string_view text);

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
bool valid_tag(std::string_view text);

/// `host[:port]`: DNS labels, an IPv4 address, or an IPv6 address in brackets.
bool valid_registry(std::string_view text);

/// Lower case; the other names of Docker Hub (index.docker.io, registry-1.docker.io) as docker.io.
std::string canonical_registry(std::string_view host);

}  // namespace ecrelay::oci
