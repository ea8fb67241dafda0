#pragma once

#include <string>
#include <string_view>

#include "base/environment.hpp"
#include "base/result.hpp"

namespace ecrelay::aws {

/// What the user said of the Region, beside the environment. Empty: not said.
struct RegionHints {
  std::string option;         ///< --region
  std::string registry_host;  ///< of --registry, if that is a private ECR host
};

/// A Region and, for a person, what named it.
struct Region {
  std::string name;
  std::string source;
};

/// The option, else the registry's host, else AWS_REGION, else AWS_DEFAULT_REGION. InvalidArgument
/// for a name that is none, or where nothing names one; the message says what to set.
base::Result<Region> resolve_region(const RegionHints& hints, const base::Environment& environment);

/// A DNS label of lower-case letters, digits and '-', since it becomes part of a host name.
bool valid_region(std::string_view text);

}  // namespace ecrelay::aws
