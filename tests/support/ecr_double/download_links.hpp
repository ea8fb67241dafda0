#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "support/ecr_double/content.hpp"
#include "support/ecr_double/http_types.hpp"

namespace ecrelay::ecr_double {

enum class LinkState { Good, Unsigned, Mismatch, TimedOut, SessionExpired, NoSuchObject };

struct LinkCheck {
  LinkState state = LinkState::NoSuchObject;
  Content content;  ///< of a good link
};

/// The signed URLs that the registries redirect blobs to, and their verification. A signature
/// covers the method, the host and the query as it was written: a client that decodes and
/// re-encodes the query is refused. Thread-safe.
class DownloadLinks {
 public:
  DownloadLinks(std::string region, const base::Clock& clock);

  /// A presigned S3 URL as ECR hands them out: the path is not digest-addressed, the query has %2F,
  /// and a security token with %2B and %3D.
  std::string s3_url(const std::string& authority, const std::string& digest,
                     const Content& content, std::chrono::seconds life);
  /// A URL in the manner of Docker Hub's CDN: the path is digest-addressed, the query short.
  std::string cdn_url(const std::string& authority, const std::string& digest,
                      const Content& content, std::chrono::seconds life);

  [[nodiscard]] LinkCheck check_s3(const Request& request) const;
  [[nodiscard]] LinkCheck check_cdn(const Request& request) const;

  /// Ends the session that signed every S3 URL so far, and the life of every CDN URL.
  void expire();

 private:
  [[nodiscard]] std::string session_token() const;
  [[nodiscard]] std::string cdn_signature(const std::string& method, const std::string& host,
                                          const std::string& path, const std::string& expiry) const;
  void remember(const std::string& path, const Content& content);
  [[nodiscard]] std::optional<Content> object(const std::string& path) const;

  const std::string region_;
  const base::Clock& clock_;
  std::atomic<unsigned> session_ = 1;
  mutable std::mutex mutex_;
  std::map<std::string, Content> objects_;  ///< by path
};

}  // namespace ecrelay::ecr_double
