#pragma once

#include <string>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// The bucket behind ECR's redirects (`prod-REGION-starport-layer-bucket.s3.REGION`): refuses an
/// Authorization header beside the signed query, HEAD, and a link past its time, in S3's XML. An
/// ETag that is no digest. Thread-safe.
class S3Endpoint final : public Endpoint {
 public:
  explicit S3Endpoint(State& state) : state_(state) {}

  [[nodiscard]] std::string kind(const Request&) const override { return "download"; }
  Reply answer(const Request& request) override;

 private:
  Reply object(const Request& request) const;
  State& state_;
};

/// An upstream registry's CDN: the same rules, an HTML page where it refuses. Thread-safe.
class CdnEndpoint final : public Endpoint {
 public:
  explicit CdnEndpoint(State& state) : state_(state) {}

  [[nodiscard]] std::string kind(const Request&) const override { return "download"; }
  Reply answer(const Request& request) override;

 private:
  Reply object(const Request& request) const;
  State& state_;
};

}  // namespace ecrelay::ecr_double
