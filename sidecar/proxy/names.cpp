#include "proxy/names.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"
#include "oci/reference.hpp"

namespace ecrelay::proxy {
namespace {

constexpr std::string_view kJobComponent = "job.ecrelay";

using Components = std::vector<std::string>;

/// The components of a path, decoded; nothing on a broken escape. A '/' at the end counts for
/// nothing.
std::optional<Components> components_of(std::string_view path) {
  Components components;
  for (const auto& part : base::split(path, '/')) {
    auto decoded = base::percent_decode(part);
    if (!decoded) {
      return std::nullopt;
    }
    components.push_back(std::move(*decoded));
  }
  components.erase(components.begin());  // before the first '/'
  if (!components.empty() && components.back().empty()) {
    components.pop_back();
  }
  return components;
}

/// The value as it was written; empty where there is none.
std::string_view raw_query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return {};
}

std::string query_value(std::string_view query, std::string_view name) {
  return base::percent_decode(raw_query_value(query, name)).value_or("");
}

bool looks_like_host(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:") != std::string_view::npos;
}

void take_job(Components& path, const net::Headers& headers, Target& target) {
  target.job = headers.get("X-Ecrelay-Job").value_or("");
  if (path.size() >= 3 && path[0] == "job" && path[2] == "v2") {
    target.job = path[1];
    path.erase(path.begin(), path.begin() + 2);
  }
  if (path.size() >= 3 && path[0] == "v2" && path[1] == kJobComponent) {
    target.job = path[2];
    path.erase(path.begin() + 1, path.begin() + 3);
  }
}

/// Splits what is named off the end of the path; the rest is the registry and the repository.
void take_resource(Components& path, Target& target) {
  const auto size = path.size();
  if (size < 3) {
    return;
  }
  const auto& collection = path[size - 2];
  if (collection == "manifests") {
    target.resource = Resource::Manifest;
  } else if (collection == "blobs") {
    target.resource = Resource::Blob;
  } else if (collection == "referrers") {
    target.resource = Resource::Referrers;
  } else if (collection == "tags" && path.back() == "list") {
    target.resource = Resource::Tags;
  } else {
    return;
  }
  if (target.resource != Resource::Tags) {
    target.reference = path.back();
  }
  path.resize(size - 2);
}

void refuse(Target& target, std::string_view code, std::string why) {
  target.problem_code = code;
  target.problem = std::move(why);
}

void take_registry(Components& path, std::string_view raw_ns, Target& target) {
  const auto ns = base::percent_decode(raw_ns);
  if (!ns) {
    refuse(target, "NAME_INVALID", "ns has a broken percent escape");
    return;
  }
  if (!ns->empty()) {
    target.registry = oci::canonical_registry(*ns);
    // The path of a BuildKit or regctl mirror may name the registry as well.
    if (path.size() > 1 && oci::canonical_registry(path[0]) == target.registry) {
      path.erase(path.begin());
    }
  } else if (path.size() > 1 && looks_like_host(path[0])) {
    target.registry = oci::canonical_registry(path[0]);
    path.erase(path.begin());
  } else {
    target.registry = "docker.io";
  }
  if (!oci::valid_registry(target.registry)) {
    refuse(target, "NAME_INVALID", "'" + base::printable(target.registry) + "' is no registry");
  }
}

void take_repository(const Components& path, Target& target) {
  target.repository = base::join(path, "/");
  if (target.registry == "docker.io" && target.repository.find('/') == std::string::npos) {
    target.repository = "library/" + target.repository;
  }
  if (!oci::valid_repository(target.repository)) {
    refuse(target, "NAME_INVALID",
           "'" + base::printable(target.repository) + "' is no repository name");
  }
}

void check_reference(Target& target) {
  if (target.resource == Resource::Tags) {
    return;
  }
  const bool by_digest =
      target.resource != Resource::Manifest || target.reference.find(':') != std::string::npos;
  if (by_digest) {
    const auto digest = base::Digest::parse(target.reference);
    if (!digest.ok()) {
      refuse(target, "DIGEST_INVALID", digest.error().message);
      return;
    }
    target.digest = *digest;
  } else if (!oci::valid_tag(target.reference)) {
    refuse(target, "MANIFEST_INVALID", "'" + base::printable(target.reference) + "' is no tag");
  }
}

}  // namespace

bool is_mirror_path(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  if (path == "/v2" || path.starts_with("/v2/")) {
    return true;
  }
  const auto parts = base::split(path, '/');
  return parts.size() >= 4 && parts[1] == "job" && parts[3] == "v2";
}

Target read_target(std::string_view raw, const net::Headers& headers) {
  Target target;
  const auto mark = raw.find('?');
  const auto query = mark == std::string_view::npos ? std::string_view() : raw.substr(mark + 1);
  auto components = components_of(raw.substr(0, mark));
  if (!components) {
    refuse(target, "NAME_INVALID", "the path has a broken percent escape");
    return target;
  }
  take_job(*components, headers, target);
  if (!components->empty()) {
    components->erase(components->begin());  // "v2"
  }
  if (components->empty()) {
    target.resource = Resource::Ping;
    return target;
  }
  take_resource(*components, target);
  if (target.resource == Resource::Other) {
    return target;
  }
  take_registry(*components, raw_query_value(query, "ns"), target);
  if (target.problem.empty()) {
    take_repository(*components, target);
  }
  if (target.problem.empty()) {
    check_reference(target);
  }
  target.page_size = base::parse_uint(query_value(query, "n"));
  target.last = query_value(query, "last");
  target.artifact_type = query_value(query, "artifactType");
  return target;
}

}  // namespace ecrelay::proxy
