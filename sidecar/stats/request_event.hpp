#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "stats/outcome.hpp"

namespace ecrelay::stats {

/// One client request under /v2/, as it is recorded when it ends. Bytes are body bytes. No member
/// ever holds a secret, a token or a URL's query.
struct RequestEvent {
  std::string job_id;   ///< empty where requests without a job belong to none
  std::int64_t at = 0;  ///< when the request's head came, microseconds UTC
  Kind kind = Kind::Manifest;
  std::string registry;    ///< the upstream registry's host, "docker.io"
  std::string repository;  ///< "library/node"
  std::string reference;   ///< what the client asked for: a tag or a digest
  std::string digest;      ///< what was answered; empty where there was no answer
  std::string method;
  int status = 0;  ///< HTTP; 0 where the client left before the head went out
  Outcome outcome = Outcome::Error;
  std::optional<Origin> origin;
  std::optional<EcrCache> ecr_cache;
  std::optional<Reason> reason;
  /// For a person. Of a request that went to the upstream registry although a rule covers it, it
  /// begins with the word of the reason and a colon ("ecr-denied: role x lacks ..."): the report's
  /// problems are found by it.
  std::string detail;
  std::uint64_t bytes_served = 0;
  std::uint64_t bytes_fetched = 0;  ///< of the fill this request is the miss of, so far
  std::int64_t duration_us = 0;
  std::int64_t first_byte_us = 0;
  std::string client;  ///< User-Agent's product: "containerd/1.7.12"
};

/// What became known of a request after its row was written; what is not given stays as it is.
struct Amendment {
  std::optional<std::uint64_t> bytes_fetched;
  std::optional<EcrCache> ecr_cache;
  std::optional<Outcome> outcome;
  std::optional<Reason> reason;
  std::optional<std::string> detail;
};

}  // namespace ecrelay::stats
