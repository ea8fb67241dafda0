#include "support/ecr_double/listings.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/digest.hpp"
#include "base/strings.hpp"

namespace ecrelay::ecr_double {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxPage = 1000;
constexpr std::string_view kPosition = "position=";

/// The key after which the page begins.
std::string start_of_page(const Request& request, const PageStyle& style) {
  const auto last = request.parameter("last").value_or("");
  if (style.link == LinkStyle::Plain || last.empty()) {
    return last;
  }
  const auto decoded = base::base64_decode(last).value_or("");
  return decoded.starts_with(kPosition) ? decoded.substr(kPosition.size()) : last;
}

std::string next_link(const Request& request, const PageStyle& style, const std::string& last) {
  const auto position =
      style.link == LinkStyle::Plain ? last : base::base64_encode(std::string(kPosition) + last);
  std::string url = style.link == LinkStyle::Plain ? "" : style.origin;
  url += request.path + "?last=" + base::percent_encode(position);
  for (const auto* const kept : {"n", "artifactType"}) {
    if (const auto value = request.parameter(kept)) {
      url.append("&").append(kept).append("=").append(base::percent_encode(*value));
    }
  }
  return "<" + url + ">; rel=\"next\"";
}

Json referrer_entry(const Manifest& manifest, const std::string& digest,
                    const std::string& artifact_type) {
  return {{"mediaType", manifest.media_type},
          {"digest", digest},
          {"size", manifest.content.size()},
          {"artifactType", artifact_type}};
}

}  // namespace

Reply tags_page(const Request& request, const std::string& repository,
                const std::vector<std::string>& tags, const PageStyle& style) {
  const auto asked = request.parameter("n");
  const auto size = asked ? base::parse_uint(*asked).value_or(0) : style.page_size;
  if (size == 0 || size > kMaxPage) {
    return registry_error(405, "UNSUPPORTED",
                          "Invalid parameter at 'maxResults' failed to satisfy constraint: "
                          "'Member must have value between 1 and 1000, inclusive'");
  }
  const auto start = start_of_page(request, style);
  auto from = std::upper_bound(tags.begin(), tags.end(), start);
  const auto left = static_cast<std::uint64_t>(tags.end() - from);
  const auto to = from + static_cast<std::ptrdiff_t>(std::min(size, left));

  const Json body = {{"name", repository}, {"tags", std::vector<std::string>(from, to)}};
  const auto* const type = style.link == LinkStyle::Opaque ? "text/plain; charset=utf-8"
                                                           : "application/json; charset=utf-8";
  auto reply = text_reply(200, type, body.dump() + "\n");
  if (to != tags.end()) {
    reply.headers.emplace_back("Link", next_link(request, style, *(to - 1)));
  }
  return reply;
}

Reply referrers_page(const Request& request, const std::vector<Manifest>& referrers,
                     const PageStyle& style) {
  const auto wanted = request.parameter("artifactType");
  const auto start = start_of_page(request, style);
  std::map<std::string, Json> matching;
  for (const auto& manifest : referrers) {
    const auto digest = base::sha256(manifest.content.view()).str();
    const auto type = read_links(manifest).artifact_type;
    if (digest > start && (!wanted || type == *wanted)) {
      matching.emplace(digest, referrer_entry(manifest, digest, type));
    }
  }
  Json entries = Json::array();
  std::string last;
  for (const auto& [digest, entry] : matching) {
    if (entries.size() == style.page_size) {
      break;
    }
    entries.push_back(entry);
    last = digest;
  }
  const bool more = entries.size() < matching.size();
  const Json body = {
      {"schemaVersion", 2}, {"mediaType", kOciIndex}, {"manifests", std::move(entries)}};
  auto reply = text_reply(200, kOciIndex, body.dump());
  if (wanted) {
    reply.headers.emplace_back("OCI-Filters-Applied", "artifactType");
  }
  if (more) {
    reply.headers.emplace_back("Link", next_link(request, style, last));
  }
  return reply;
}

}  // namespace ecrelay::ecr_double
