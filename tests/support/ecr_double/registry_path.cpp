#include "support/ecr_double/registry_path.hpp"

#include "base/strings.hpp"

namespace ecrelay::ecr_double {
namespace {

RegistryObject object_of(std::string_view word) {
  if (word == "manifests") {
    return RegistryObject::Manifest;
  }
  if (word == "blobs") {
    return RegistryObject::Blob;
  }
  return word == "referrers" ? RegistryObject::Referrers : RegistryObject::Other;
}

}  // namespace

std::string_view to_string(RegistryObject object) {
  switch (object) {
    case RegistryObject::Ping:
      return "ping";
    case RegistryObject::Manifest:
      return "manifest";
    case RegistryObject::Blob:
      return "blob";
    case RegistryObject::Tags:
      return "tags";
    case RegistryObject::Referrers:
      return "referrers";
    case RegistryObject::Other:
      return "other";
  }
  return "";
}

RegistryPath parse_registry_path(std::string_view path) {
  constexpr std::string_view kRoot = "/v2/";
  constexpr std::string_view kTags = "/tags/list";
  if (path == "/v2" || path == kRoot) {
    return {RegistryObject::Ping, "", ""};
  }
  const auto decoded = base::percent_decode(path).value_or("");
  std::string_view rest = decoded;
  if (!rest.starts_with(kRoot)) {
    return {};
  }
  rest.remove_prefix(kRoot.size());
  if (rest.ends_with(kTags)) {
    return {RegistryObject::Tags, std::string(rest.substr(0, rest.size() - kTags.size())), ""};
  }
  const auto last = rest.rfind('/');
  const auto middle = last == 0 || last == std::string_view::npos ? std::string_view::npos
                                                                  : rest.rfind('/', last - 1);
  if (middle == std::string_view::npos) {
    return {};
  }
  return {object_of(rest.substr(middle + 1, last - middle - 1)),
          std::string(rest.substr(0, middle)), std::string(rest.substr(last + 1))};
}

bool is_digest(std::string_view reference) {
  return reference.find(':') != std::string_view::npos;
}

}  // namespace ecrelay::ecr_double
