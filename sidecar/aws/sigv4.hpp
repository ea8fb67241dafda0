#pragma once

#include <string>
#include <string_view>

#include "aws/credentials.hpp"
#include "base/clock.hpp"
#include "net/headers.hpp"
#include "net/http_client.hpp"

namespace ecrelay::aws {

// AWS Signature Version 4 in the Authorization header (AWS General Reference, "Signing AWS API
// requests"). Pure: the time comes in, nothing is kept.

/// What a signature is good for. `region` is the endpoint's own; `service` the signing name
/// ("ecr").
struct SigningScope {
  std::string region;
  std::string service;
  base::Wall::time_point time;
};

enum class PathForm {
  Normalized,  ///< "." and ".." resolved, "//" made one: every service but S3
  AsWritten,
};
enum class BodyHashHeader { Absent, Signed };
enum class SessionTokenHeader {
  Signed,
  AddedAfter,  ///< added, but no part of the signature
};

struct SigningOptions {
  PathForm path = PathForm::Normalized;
  BodyHashHeader body_hash = BodyHashHeader::Absent;
  SessionTokenHeader session_token = SessionTokenHeader::Signed;
};

/// A request as it will go out. `headers` must hold Host; fields that proxies change (User-Agent,
/// Connection, ...) are never signed. `path` and `query` are as written in the request line.
struct SigningInput {
  std::string method;
  std::string path;
  std::string query;
  net::Headers headers;
  std::string body;
};

/// A signature and the steps that led to it. The canonical request may hold the session token: the
/// steps are for tests, not for logs.
struct Signature {
  net::Headers
      headers;  ///< to set on the request: X-Amz-Date, Authorization and what the options say
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;  ///< lower-case hex
};

/// Headers of an earlier signature in `input` are left out of account: a retry signs anew.
Signature sign(const SigningInput& input, const Credentials& credentials, const SigningScope& scope,
               const SigningOptions& options = {});

/// Signs in place, for the Host that the client will send; replaces an earlier signature.
void sign_request(net::HttpRequest& request, const Credentials& credentials,
                  const SigningScope& scope);

}  // namespace ecrelay::aws
