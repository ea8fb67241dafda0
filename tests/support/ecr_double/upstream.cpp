#include "support/ecr_double/upstream.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/random.hpp"
#include "base/units.hpp"
#include "support/ecr_double/listings.hpp"
#include "support/ecr_double/registry.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kTokenPath = "/token";

std::string pull_scope(const std::string& repository) {
  return "repository:" + repository + ":pull";
}

Reply unknown_name() {
  return registry_error(404, "NAME_UNKNOWN", "repository name not known to registry");
}

}  // namespace

std::string UpstreamEndpoint::kind(const Request& request) const {
  return request.path == kTokenPath
             ? "token"
             : std::string(to_string(parse_registry_path(request.path).object));
}

Reply UpstreamEndpoint::answer(const Request& request) {
  auto reply = request.path == kTokenPath ? issue_token(request) : route(request);
  const auto settings = state_.settings();
  reply.pace.latency = settings.upstream_latency;
  if (kind(request) == "blob") {
    reply.pace.bytes_per_second = settings.upstream_rate;
  }
  return reply;
}

std::optional<UpstreamEndpoint::Place> UpstreamEndpoint::place_of(
    const Request& request, const std::string& repository) const {
  const auto registries = state_.upstream.registries();
  const auto known = [&](const std::string& registry) {
    return std::find(registries.begin(), registries.end(), registry) != registries.end();
  };
  const auto slash = std::min(repository.find('/'), repository.size());
  const auto first = repository.substr(0, slash);
  Place place{registry_of_url(request.parameter("ns").value_or("")), repository};
  if (known(first)) {
    place.repository = repository.substr(std::min(slash + 1, repository.size()));
    place.registry = place.registry.empty() ? first : place.registry;
  }
  if (place.registry.empty()) {
    place.registry = state_.upstream.registry_of(repository).value_or("");
  }
  return state_.upstream.has(place.registry, place.repository) ? std::optional(place)
                                                               : std::nullopt;
}

Reply UpstreamEndpoint::route(const Request& request) {
  const auto path = parse_registry_path(request.path);
  if (!authorized(request, path.repository)) {
    return challenge(path.repository);
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return registry_error(405, "UNSUPPORTED", "The operation is unsupported.");
  }
  if (path.object == RegistryObject::Ping) {
    return text_reply(200, "application/json", "{}");
  }
  const auto place = place_of(request, path.repository);
  if (!place) {
    return unknown_name();
  }
  switch (path.object) {
    case RegistryObject::Manifest:
      return manifest(request, *place, path.reference);
    case RegistryObject::Blob:
      return blob(request, *place, path.reference);
    case RegistryObject::Tags:
      return tags_page(request, path.repository,
                       state_.upstream.tags(place->registry, place->repository),
                       {LinkStyle::Plain, "", state_.settings().tags_page});
    case RegistryObject::Referrers:
      return referrers(request, *place, path.reference);
    case RegistryObject::Ping:
    case RegistryObject::Other:
      break;
  }
  return text_reply(404, "text/plain; charset=utf-8", "404 page not found\n");
}

Reply UpstreamEndpoint::manifest(const Request& request, const Place& place,
                                 const std::string& reference) const {
  const auto digest = state_.upstream.digest_of(place.registry, place.repository, reference);
  const auto found =
      digest ? state_.upstream.manifest(place.registry, place.repository, *digest) : std::nullopt;
  if (!found || !accepts(request.header("Accept"), found->media_type)) {
    return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown");
  }
  Reply reply;
  reply.headers = {{"Content-Type", found->media_type},
                   {"Docker-Content-Digest", *digest},
                   {"Docker-Distribution-Api-Version", "registry/2.0"},
                   {"Etag", "\"" + *digest + "\""}};
  reply.body = found->content;
  return reply;
}

Reply UpstreamEndpoint::blob(const Request& request, const Place& place,
                             const std::string& digest) const {
  const auto content = state_.upstream.blob(place.registry, place.repository, digest);
  if (!content) {
    return registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry");
  }
  const auto settings = state_.settings();
  if (settings.upstream_blobs == UpstreamBlobs::Redirected) {
    const auto life = std::chrono::duration_cast<std::chrono::seconds>(settings.download_life);
    Reply reply;
    reply.status = 307;
    reply.headers.emplace_back("Location",
                               state_.links.cdn_url(state_.addresses.cdn, digest, *content, life));
    return reply;
  }
  auto reply = entity_reply(request, *content);
  if (!reply) {
    return text_reply(416, "text/plain; charset=utf-8", "invalid range\n");
  }
  reply->headers.emplace_back("Content-Type", "application/octet-stream");
  reply->headers.emplace_back("Docker-Content-Digest", digest);
  return std::move(*reply);
}

Reply UpstreamEndpoint::referrers(const Request& request, const Place& place,
                                  const std::string& digest) const {
  std::vector<Manifest> found;
  for (const auto& referrer : state_.upstream.referrers(place.registry, place.repository, digest)) {
    if (auto manifest = state_.upstream.manifest(place.registry, place.repository, referrer)) {
      found.push_back(std::move(*manifest));
    }
  }
  return referrers_page(request, found, {LinkStyle::Plain, "", state_.settings().referrers_page});
}

Reply UpstreamEndpoint::issue_token(const Request& request) {
  const auto life = state_.settings().upstream_token_life;
  const auto now = state_.clock.wall();
  const auto token = base::random_hex(200);
  {
    const std::lock_guard lock(mutex_);
    tokens_["Bearer " + token] = {request.parameter("scope").value_or(""), now + life};
  }
  const nlohmann::json body = {
      {"token", token},
      {"access_token", token},
      {"expires_in", std::chrono::duration_cast<std::chrono::seconds>(life).count()},
      {"issued_at", base::format_utc(now)}};
  return text_reply(200, "application/json", body.dump());
}

bool UpstreamEndpoint::authorized(const Request& request, const std::string& repository) {
  if (state_.settings().upstream_auth == UpstreamAuth::Anonymous) {
    return true;
  }
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(request.header("Authorization"));
  return found != tokens_.end() && state_.clock.wall() < found->second.expires_at &&
         (repository.empty() || found->second.scope == pull_scope(repository));
}

Reply UpstreamEndpoint::challenge(const std::string& repository) const {
  auto value = "Bearer realm=\"http://" + state_.addresses.upstream + kTokenPath +
               "\",service=\"registry.docker.io\"";
  if (!repository.empty()) {
    value += ",scope=\"" + pull_scope(repository) + "\"";
  }
  auto reply = registry_error(401, "UNAUTHORIZED", "authentication required");
  reply.headers.emplace_back("Www-Authenticate", value);
  return reply;
}

}  // namespace ecrelay::ecr_double
