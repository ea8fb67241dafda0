#pragma once

#include <string>
#include <string_view>

namespace ecrelay::oci {

inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kDockerIndex =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerManifestV1 =
    "application/vnd.docker.distribution.manifest.v1+json";
inline constexpr std::string_view kDockerManifestV1Signed =
    "application/vnd.docker.distribution.manifest.v1+prettyjws";

/// The one Accept value that the relay always sends: with the full list ECR translates nothing, so
/// the bytes hash to the stored digest. Docker's schema 1 comes last; `*/*` lets artifacts through.
inline constexpr std::string_view kManifestAccept =
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v1+prettyjws, "
    "application/vnd.docker.distribution.manifest.v1+json, "
    "*/*";

/// A Content-Type without its parameters, in lower case; empty if it is not `type/subtype` of RFC
/// 6838 characters, so that a foreign one can go into a header.
std::string media_type_of(std::string_view content_type);

// These take a media type as media_type_of() gives it.

bool is_index(std::string_view media_type);
/// An image manifest, not an index; schema 1 is none, since it has neither config nor sizes.
bool is_image_manifest(std::string_view media_type);
bool is_docker_schema1(std::string_view media_type);
/// Any of the types above.
bool is_manifest(std::string_view media_type);

}  // namespace ecrelay::oci
