#include "support/ecr_double/download_links.hpp"

#include <utility>

#include "base/digest.hpp"
#include "base/strings.hpp"
#include "support/ecr_double/sigv4.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kAccessKey = "ASIASTARPORTDOUBLE00";
constexpr const char* kSecret = "starport/secret+of/the+double";
constexpr std::string_view kSignature = "&X-Amz-Signature=";

std::string hex_of(const std::string& digest) {
  return digest.substr(digest.find(':') + 1);
}

/// Two opaque parts, the second like a UUID; the same for the same digest.
std::string s3_path(const std::string& digest) {
  const auto hash = base::sha256("layer " + digest).hex();
  return "/" + hash.substr(0, 4) + "-123456789012-" + hash.substr(4, 32) + "/" +
         hash.substr(36, 8) + "-" + hash.substr(44, 4) + "-" + hash.substr(48, 4) + "-" +
         hash.substr(52, 12);
}

std::string cdn_path(const std::string& digest) {
  const auto hex = hex_of(digest);
  return "/registry-v2/docker/registry/v2/blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data";
}

}  // namespace

DownloadLinks::DownloadLinks(std::string region, const base::Clock& clock)
    : region_(std::move(region)), clock_(clock) {}

std::string DownloadLinks::session_token() const {
  return "IQoJb3JpZ2luX2VjE+session/" + std::to_string(session_.load()) + "+/abcDEF+0123==";
}

std::string DownloadLinks::s3_url(const std::string& authority, const std::string& digest,
                                  const Content& content, std::chrono::seconds life) {
  const auto path = s3_path(digest);
  remember(path, content);
  const auto time = amz_date(clock_.wall());
  const Authorization scope{kAccessKey, time.substr(0, 8), region_, "s3", "host", ""};
  const auto credential = scope.access_key + "/" + scope.date + "/" + region_ + "/s3/aws4_request";
  const auto query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + base::percent_encode(credential) +
      "&X-Amz-Date=" + time + "&X-Amz-Expires=" + std::to_string(life.count()) +
      "&X-Amz-Security-Token=" + base::percent_encode(session_token()) +
      "&X-Amz-SignedHeaders=host";
  return "http://" + authority + path + "?" + query + std::string(kSignature) +
         presigned_signature("GET", authority, path, query, scope, time, kSecret);
}

LinkCheck DownloadLinks::check_s3(const Request& request) const {
  const auto time = request.parameter("X-Amz-Date").value_or("");
  const auto signature = request.parameter("X-Amz-Signature");
  const auto signed_end = request.query.rfind(kSignature);
  const auto start = parse_amz_date(time);
  if (!signature || signed_end == std::string::npos || !start) {
    return {LinkState::Unsigned, {}};
  }
  const Authorization scope{kAccessKey, time.substr(0, 8), region_, "s3", "host", ""};
  const auto expected =
      presigned_signature(request.method, request.header("Host"), request.path,
                          request.query.substr(0, signed_end), scope, time, kSecret);
  if (request.query.substr(signed_end + kSignature.size()) != expected) {
    return {LinkState::Mismatch, {}};
  }
  if (request.parameter("X-Amz-Security-Token") != session_token()) {
    return {LinkState::SessionExpired, {}};
  }
  const auto life = base::parse_uint(request.parameter("X-Amz-Expires").value_or("")).value_or(0);
  if (clock_.wall() >= *start + std::chrono::seconds(life)) {
    return {LinkState::TimedOut, {}};
  }
  const auto content = object(request.path);
  return content ? LinkCheck{LinkState::Good, *content} : LinkCheck{};
}

std::string DownloadLinks::cdn_signature(const std::string& method, const std::string& host,
                                         const std::string& path, const std::string& expiry) const {
  const auto text = method + " " + host + path + " " + expiry + " " + session_token();
  return base::base64_encode(hmac_sha256(kSecret, text));
}

std::string DownloadLinks::cdn_url(const std::string& authority, const std::string& digest,
                                   const Content& content, std::chrono::seconds life) {
  const auto path = cdn_path(digest);
  remember(path, content);
  const auto expiry = std::to_string(std::chrono::system_clock::to_time_t(clock_.wall() + life));
  return "http://" + authority + path + "?verify=" + expiry + "-" +
         base::percent_encode(cdn_signature("GET", authority, path, expiry));
}

LinkCheck DownloadLinks::check_cdn(const Request& request) const {
  constexpr std::string_view kVerify = "verify=";
  const auto dash = request.query.find('-');
  if (!request.query.starts_with(kVerify) || dash == std::string::npos) {
    return {LinkState::Unsigned, {}};
  }
  const auto expiry = request.query.substr(kVerify.size(), dash - kVerify.size());
  const auto expected = base::percent_encode(
      cdn_signature(request.method, request.header("Host"), request.path, expiry));
  if (request.query.substr(dash + 1) != expected) {
    return {LinkState::Mismatch, {}};
  }
  const auto end = static_cast<std::time_t>(base::parse_uint(expiry).value_or(0));
  if (clock_.wall() >= std::chrono::system_clock::from_time_t(end)) {
    return {LinkState::TimedOut, {}};
  }
  const auto content = object(request.path);
  return content ? LinkCheck{LinkState::Good, *content} : LinkCheck{};
}

void DownloadLinks::expire() {
  ++session_;
}

void DownloadLinks::remember(const std::string& path, const Content& content) {
  const std::lock_guard lock(mutex_);
  objects_.try_emplace(path, content);
}

std::optional<Content> DownloadLinks::object(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  return found == objects_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace ecrelay::ecr_double
