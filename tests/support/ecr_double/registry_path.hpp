#pragma once

#include <string>
#include <string_view>

namespace ecrelay::ecr_double {

enum class RegistryObject { Ping, Manifest, Blob, Tags, Referrers, Other };

/// "ping", "manifest", "blob", "tags", "referrers", "other".
std::string_view to_string(RegistryObject object);

/// What a path of the distribution API names.
struct RegistryPath {
  RegistryObject object = RegistryObject::Other;
  std::string repository;
  std::string reference;  ///< tag or digest; empty for a ping and a tag list
};

RegistryPath parse_registry_path(std::string_view path);

/// "sha256:..", not a tag.
bool is_digest(std::string_view reference);

}  // namespace ecrelay::ecr_double
