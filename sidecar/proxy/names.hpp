#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "net/headers.hpp"

namespace ecrelay::proxy {

enum class Resource { Ping, Manifest, Blob, Tags, Referrers, Other };

/// What a request under /v2/ names. `job` is empty where the request names none.
struct Target {
  Resource resource = Resource::Other;
  std::string job;
  std::string registry;    ///< lower case, Docker Hub always as "docker.io"
  std::string repository;  ///< with "library/" where Docker Hub has it
  std::string reference;   ///< tag or digest, as asked for
  std::optional<base::Digest> digest;

  std::optional<std::uint64_t> page_size;  ///< `n` of a tag list
  std::string last;                        ///< `last` of a tag list
  std::string artifact_type;               ///< of referrers

  /// Not empty: the request names something that cannot be; for a person.
  std::string problem;
  /// The distribution spec's error code that goes with `problem`.
  std::string_view problem_code;
};

/// Whether a path is the mirror's: /v2..., or a job's /job/ID/v2...
bool is_mirror_path(std::string_view target);

/// Reads a request's name: the job (header X-Ecrelay-Job, the path before /v2 as dockerd 29 and
/// hosts.toml write it, or after it as BuildKit and podman do), then the upstream registry (`ns`,
/// the first path component, or docker.io), then the repository. The registry is a key to look up,
/// never an address to dial. Pure.
Target read_target(std::string_view raw, const net::Headers& headers);

}  // namespace ecrelay::proxy
