#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/http_client.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::upstream {

/// Whether a presigned download URL is one of the buckets that ECR keeps layers in (AWS: VPC
/// endpoint guide, "prod-REGION-starport-layer-bucket"), by host or, path-style, by the first path
/// component.
bool is_ecr_bucket(const base::Url& url);

/// Turns the last response of a blob's redirects into the calls of a BlobSink: takes 200 and 206,
/// skips what comes before the wanted offset where a server ignores Range, gathers the body of an
/// error. Single-thread.
class BlobDownload final : public net::ResponseSink {
 public:
  BlobDownload(std::uint64_t offset, BlobSink& sink) : offset_(offset), sink_(sink) {}

  void redirected(const base::Url& url);
  bool on_head(int status, const net::Headers& headers) override;
  bool on_body(std::span<const std::byte> data) override;

  [[nodiscard]] DownloadHost host() const { return host_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const net::Headers& headers() const { return headers_; }
  [[nodiscard]] const std::string& error_body() const { return error_body_; }
  [[nodiscard]] bool good() const { return status_ == 200 || status_ == 206; }
  /// Bytes of the blob that reached the sink.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  /// Not empty: a 200 or 206 that makes no sense.
  [[nodiscard]] const std::string& nonsense() const { return nonsense_; }

 private:
  const std::uint64_t offset_;
  BlobSink& sink_;
  DownloadHost host_ = DownloadHost::Registry;
  int status_ = 0;
  net::Headers headers_;
  std::string error_body_;
  std::string nonsense_;
  std::uint64_t to_skip_ = 0;
  std::uint64_t delivered_ = 0;
};

}  // namespace ecrelay::upstream
