#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ecrelay::aws {

/// A private ECR registry's host name, taken apart. Only a host of this grammar may see ECR's
/// password. Value type.
struct RegistryHost {
  std::string account;  ///< 12 digits
  std::string region;
  std::string suffix;  ///< "amazonaws.com"
  bool fips = false;
  bool dual_stack = false;  ///< the `dkr-ecr` form, as in ACCOUNT.dkr-ecr.REGION.on.aws

  bool operator==(const RegistryHost&) const = default;
};

/// Nothing for any other name, and for one with a port. Case does not matter. The grammar is that
/// of amazon-ecr-credential-helper.
std::optional<RegistryHost> parse_registry_host(std::string_view host);

/// public.ecr.aws, or its dual-stack name.
bool is_ecr_public(std::string_view host);

}  // namespace ecrelay::aws
