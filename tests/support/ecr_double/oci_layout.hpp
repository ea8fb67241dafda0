#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "support/ecr_double/sample_images.hpp"

namespace ecrelay::ecr_double {

/// The images of an OCI image layout (OCI image spec, image-layout.md) under a name: the tags are
/// the annotations `org.opencontainers.image.ref.name`, "latest" where an entry has none. Blobs are
/// mapped, not read: the folder has to stay. Platforms of an index that are not there are left out.
base::Result<std::vector<NamedImage>> read_oci_layout(const std::filesystem::path& folder,
                                                      const std::string& registry,
                                                      const std::string& repository);

}  // namespace ecrelay::ecr_double
