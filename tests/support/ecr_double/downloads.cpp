#include "support/ecr_double/downloads.hpp"

#include <string_view>
#include <utility>

#include "base/digest.hpp"
#include "base/random.hpp"

namespace ecrelay::ecr_double {
namespace {

Reply s3_error(int status, std::string_view code, std::string_view message,
               std::string_view more = "") {
  std::string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>";
  body.append(code).append("</Code><Message>").append(message).append("</Message>").append(more);
  body += "<RequestId>" + base::random_hex(8) + "</RequestId><HostId>" + base::random_hex(24) +
          "</HostId></Error>";
  return text_reply(status, "application/xml", std::move(body));
}

Reply s3_refusal(LinkState state) {
  switch (state) {
    case LinkState::Unsigned:
      return s3_error(403, "AccessDenied", "Access Denied");
    case LinkState::Mismatch:
      return s3_error(403, "SignatureDoesNotMatch",
                      "The request signature we calculated does not match the signature you "
                      "provided. Check your key and signing method.");
    case LinkState::TimedOut:
      return s3_error(403, "AccessDenied", "Request has expired");
    case LinkState::SessionExpired:
      return s3_error(400, "ExpiredToken", "The provided token has expired.");
    case LinkState::Good:
    case LinkState::NoSuchObject:
      break;
  }
  return s3_error(404, "NoSuchKey", "The specified key does not exist.");
}

Reply cdn_error(int status, std::string_view title) {
  std::string body = "<html>\r\n<head><title>";
  body.append(title).append("</title></head>\r\n<body><center><h1>").append(title);
  body += "</h1></center><hr><center>cloudflare</center></body>\r\n</html>\r\n";
  return text_reply(status, "text/html", std::move(body));
}

/// Like the MD5 of an upload in parts: nobody can take it for the digest.
std::string etag_of(const std::string& path) {
  return "\"" + base::sha256(path).hex().substr(0, 32) + "-2\"";
}

Pace download_pace(const Settings& settings) {
  return {settings.download_latency, settings.download_rate};
}

}  // namespace

Reply S3Endpoint::answer(const Request& request) {
  auto reply = object(request);
  reply.pace = download_pace(state_.settings());
  reply.headers.emplace_back("Server", "AmazonS3");
  reply.headers.emplace_back("x-amz-request-id", base::random_hex(8));
  return reply;
}

Reply S3Endpoint::object(const Request& request) const {
  if (request.has_header("Authorization")) {
    return s3_error(400, "InvalidArgument",
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
                    "Signature query string parameter or the Authorization header should be "
                    "specified",
                    "<ArgumentName>Authorization</ArgumentName>");
  }
  const auto check = state_.links.check_s3(request);
  if (check.state != LinkState::Good) {
    return s3_refusal(check.state);
  }
  auto reply = entity_reply(request, check.content);
  if (!reply) {
    auto refusal = s3_error(416, "InvalidRange", "The requested range is not satisfiable");
    refusal.headers.emplace_back("Content-Range",
                                 "bytes */" + std::to_string(check.content.size()));
    return refusal;
  }
  reply->headers.emplace_back("ETag", etag_of(request.path));
  reply->headers.emplace_back("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
  reply->headers.emplace_back("Content-Type", "binary/octet-stream");
  return std::move(*reply);
}

Reply CdnEndpoint::answer(const Request& request) {
  auto reply = object(request);
  reply.pace = download_pace(state_.settings());
  reply.headers.emplace_back("Server", "cloudflare");
  reply.headers.emplace_back("CF-Ray", base::random_hex(8) + "-IAD");
  return reply;
}

Reply CdnEndpoint::object(const Request& request) const {
  if (request.has_header("Authorization")) {
    return cdn_error(400, "400 Bad Request");
  }
  const auto check = state_.links.check_cdn(request);
  if (check.state != LinkState::Good) {
    return check.state == LinkState::NoSuchObject ? cdn_error(404, "404 Not Found")
                                                  : cdn_error(403, "403 Forbidden");
  }
  auto reply = entity_reply(request, check.content);
  if (!reply) {
    auto refusal = cdn_error(416, "416 Requested Range Not Satisfiable");
    refusal.headers.emplace_back("Content-Range",
                                 "bytes */" + std::to_string(check.content.size()));
    return refusal;
  }
  reply->headers.emplace_back("ETag", "W/" + etag_of(request.path));
  reply->headers.emplace_back("CF-Cache-Status", "HIT");
  reply->headers.emplace_back("Content-Type", "application/octet-stream");
  return std::move(*reply);
}

}  // namespace ecrelay::ecr_double
