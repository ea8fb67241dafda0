#pragma once

#include <string>
#include <string_view>

#include "support/ecr_double/http_types.hpp"

namespace ecrelay::ecr_double {

// AWS Signature Version 4, the server's side: what a request's signature should be, from the
// request as it came. Shares nothing with the relay's signer, so that the two check each other.

/// "Credential=AKID/20261124/us-east-1/ecr/aws4_request, SignedHeaders=.., Signature=.." in parts.
struct Authorization {
  std::string access_key;
  std::string date;  ///< YYYYMMDD
  std::string region;
  std::string service;
  std::string signed_headers;  ///< "host;x-amz-date"
  std::string signature;
};

std::optional<Authorization> parse_authorization(std::string_view header);

/// Of the canonical request, in lower-case hex. `time` is the X-Amz-Date.
std::string header_signature(const Request& request, const Authorization& authorization,
                             const std::string& time, const std::string& secret);

/// The signature of a presigned GET of `path`: `query` is canonical already, without
/// X-Amz-Signature.
std::string presigned_signature(std::string_view method, std::string_view host,
                                std::string_view path, std::string_view query,
                                const Authorization& scope, const std::string& time,
                                const std::string& secret);

/// HMAC-SHA256, raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// "20261124T101500Z".
std::string amz_date(std::chrono::system_clock::time_point time);
std::optional<std::chrono::system_clock::time_point> parse_amz_date(std::string_view text);

}  // namespace ecrelay::ecr_double
