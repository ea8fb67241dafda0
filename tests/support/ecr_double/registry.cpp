#include "support/ecr_double/registry.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "support/ecr_double/listings.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kVersionHeader = "Docker-Distribution-Api-Version";

Reply expired_token() {
  return registry_error(403, "DENIED",
                        "Your authorization token has expired. Reauthenticate and try again.");
}

}  // namespace

bool accepts(const std::string& accept, const std::string& media_type) {
  // Without an Accept header ECR answers as to an old docker: schema 2 alone.
  for (const auto& piece : base::split(accept.empty() ? kDockerManifest : accept, ',')) {
    const auto range = base::trim(std::string_view(piece).substr(0, piece.find(';')));
    if (range == media_type || range == "*/*" ||
        (range == "application/*" && media_type.starts_with("application/"))) {
      return true;
    }
  }
  return false;
}

RegistryEndpoint::RegistryEndpoint(State& state) : state_(state), pull_through_(state) {}

std::string RegistryEndpoint::kind(const Request& request) const {
  return std::string(to_string(parse_registry_path(request.path).object));
}

Reply RegistryEndpoint::unauthorized() const {
  auto reply = text_reply(401, "text/plain; charset=utf-8", "Not Authorized\n");
  reply.headers.emplace_back("Www-Authenticate",
                             "Basic realm=\"" + origin() + "/\",service=\"ecr.amazonaws.com\"");
  return reply;
}

Reply RegistryEndpoint::answer(const Request& request) {
  auto reply = [&] {
    switch (state_.identity.token_state(request.header("Authorization"))) {
      case TokenState::Unknown:
        return unauthorized();
      case TokenState::Expired:
        return expired_token();
      case TokenState::Good:
        break;
    }
    return authenticated(request);
  }();
  const bool present =
      std::any_of(reply.headers.begin(), reply.headers.end(),
                  [](const auto& header) { return header.first == kVersionHeader; });
  if (!present) {
    reply.headers.emplace_back(kVersionHeader, "registry/2.0");
  }
  reply.pace.latency = state_.settings().registry_latency;
  return reply;
}

Reply RegistryEndpoint::authenticated(const Request& request) {
  const auto path = parse_registry_path(request.path);
  if (request.method != "GET" && request.method != "HEAD") {
    return registry_error(405, "UNSUPPORTED", "The double takes no pushes");
  }
  switch (path.object) {
    case RegistryObject::Ping:
      return text_reply(200, "application/json; charset=utf-8", "{}");
    case RegistryObject::Manifest:
      return manifest(request, path);
    case RegistryObject::Blob:
      return blob(request, path);
    case RegistryObject::Tags:
      return tags(request, path);
    case RegistryObject::Referrers:
      return referrers(request, path);
    case RegistryObject::Other:
      break;
  }
  return registry_error(404, "NOT_FOUND", "404 page not found");
}

std::optional<Reply> RegistryEndpoint::denied(const std::string& action,
                                              const std::string& repository) const {
  if (!state_.settings().denied_actions.contains(action)) {
    return std::nullopt;
  }
  return registry_error(403, "DENIED", state_.denial(action, state_.repository_arn(repository)));
}

Reply RegistryEndpoint::manifest(const Request& request, const RegistryPath& path) {
  if (auto refused = denied("ecr:BatchGetImage", path.repository)) {
    return std::move(*refused);
  }
  auto digest = path.reference;
  if (!is_digest(digest)) {
    if (auto refused = pull_through_.fetch_tag(path.repository, path.reference)) {
      return std::move(*refused);
    }
    digest = state_.ecr.tag(path.repository, path.reference).value_or(StoredTag()).digest;
  } else if (!state_.ecr.has_repository(path.repository) &&
             !find_rule(state_.options.rules, path.repository)) {
    return pull_through_.unknown_repository(path.repository);
  }
  const auto stored = state_.ecr.manifest(path.repository, digest);
  if (!stored || state_.clock.steady() < stored->arrival.at) {
    return PullThrough::unknown_manifest();
  }
  const auto& manifest = stored->manifest;
  const auto accept = request.header("Accept");
  if (!accepts(accept, manifest.media_type)) {
    return registry_error(404, "MANIFEST_UNKNOWN",
                          "Manifest with digest '" + digest + "' has media type '" +
                              manifest.media_type + "', but client accepts '[" + accept + "]'");
  }
  Reply reply;
  reply.headers.emplace_back("Content-Type", manifest.media_type);
  reply.body = manifest.content;
  return reply;
}

Reply RegistryEndpoint::blob(const Request& request, const RegistryPath& path) const {
  const bool head = request.method == "HEAD";
  if (auto refused = denied(head ? "ecr:BatchCheckLayerAvailability" : "ecr:GetDownloadUrlForLayer",
                            path.repository)) {
    return std::move(*refused);
  }
  const auto stored = state_.ecr.blob(path.repository, path.reference);
  const auto now = state_.clock.steady();
  if (!stored || now < stored->arrival.at) {
    return registry_error(404, "BLOB_UNKNOWN",
                          "The layer with digest '" + path.reference +
                              "' does not exist in the repository with name '" + path.repository +
                              "'");
  }
  if (head) {
    Reply reply;
    reply.body = stored->content;
    return reply;
  }
  const auto settings = state_.settings();
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(settings.download_life);
  const bool from_cdn = find_rule(state_.options.rules, path.repository) &&
                        now < stored->arrival.at + settings.cdn_time;
  Reply reply;
  reply.status = 307;
  reply.headers.emplace_back(
      "Location",
      from_cdn ? state_.links.cdn_url(state_.addresses.cdn, path.reference, stored->content, life)
               : state_.links.s3_url(state_.addresses.s3, path.reference, stored->content, life));
  return reply;
}

Reply RegistryEndpoint::tags(const Request& request, const RegistryPath& path) const {
  if (auto refused = denied("ecr:ListImages", path.repository)) {
    return std::move(*refused);
  }
  if (!state_.ecr.has_repository(path.repository)) {
    return pull_through_.unknown_repository(path.repository);
  }
  return tags_page(request, path.repository, state_.ecr.tags(path.repository),
                   {LinkStyle::Opaque, origin(), state_.settings().tags_page});
}

Reply RegistryEndpoint::referrers(const Request& request, const RegistryPath& path) {
  if (auto refused = denied("ecr:BatchGetImage", path.repository)) {
    return std::move(*refused);
  }
  if (!state_.ecr.has_repository(path.repository)) {
    return pull_through_.unknown_repository(path.repository);
  }
  pull_through_.fetch_referrers(path.repository, path.reference);
  std::vector<Manifest> found;
  for (const auto& stored : state_.ecr.manifests(path.repository)) {
    if (read_links(stored.manifest).subject == path.reference) {
      found.push_back(stored.manifest);
    }
  }
  return referrers_page(request, found,
                        {LinkStyle::Opaque, origin(), state_.settings().referrers_page});
}

}  // namespace ecrelay::ecr_double
