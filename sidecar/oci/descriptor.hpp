#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.hpp"

namespace ecrelay::oci {

/// What a child of an index runs on (OCI image spec, image-index.md). Empty where not said.
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;

  bool operator==(const Platform&) const = default;
};

/// A descriptor as a manifest claims it (OCI image spec, descriptor.md). The digest is well formed;
/// the rest is foreign and unchecked. Value type.
struct Descriptor {
  std::string media_type;  ///< empty where not said or malformed
  base::Digest digest;
  std::optional<std::uint64_t> size;  ///< bytes; nothing where not said, negative or absurd
  std::optional<Platform> platform;
  std::string artifact_type;
  /// It has `urls`: a layer that registries often do not hold (Windows base layers).
  bool foreign = false;

  bool operator==(const Descriptor&) const = default;
};

}  // namespace ecrelay::oci
