#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/url.hpp"

namespace ecrelay::config {

enum class RuleDiscovery { Auto, Static };
enum class Fallback { Direct, Decline };
enum class ClientAuth { Token, None };

/// Where to listen. `host` is an IPv4 or IPv6 address without brackets; port 0 picks a free one.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const ListenAddress&) const = default;
};

enum class FreshnessKind { Duration, Always, Frozen };

/// How long a tag's digest is believed: `duration` counts for FreshnessKind::Duration alone.
struct Freshness {
  FreshnessKind kind = FreshnessKind::Duration;
  std::chrono::milliseconds duration{0};

  bool operator==(const Freshness&) const = default;
};

/// A pull-through cache rule by hand. `upstream` is a lower-case host[:port] as it was given (an
/// alias such as registry-1.docker.io is kept); `prefix` is ECR's, without a '/' at its end, or
/// "ROOT".
struct RuleOption {
  std::string upstream;
  std::string prefix;

  bool operator==(const RuleOption&) const = default;
};

enum class JobKind { Auto, None, Given };

/// `fields` has columns of the job table ("id", "name", "commit", ...), for JobKind::Given alone.
struct JobOption {
  JobKind kind = JobKind::Auto;
  std::map<std::string, std::string> fields;

  bool operator==(const JobOption&) const = default;
};

/// The options of `serve`, checked and typed. Value type; made by load(). What is not set is left
/// to the part that knows better (the AWS environment, ECR's answer).
struct ServeOptions {
  std::vector<ListenAddress> listen;
  std::string cache_dir;
  std::uint64_t cache_size = 0;  ///< bytes
  std::string state_dir;
  std::optional<std::string> region;
  std::optional<std::string> registry_id;
  std::optional<base::Url> registry;
  RuleDiscovery rules = RuleDiscovery::Auto;
  std::vector<RuleOption> rule;
  std::map<std::string, base::Url> upstream;  ///< by lower-case host[:port]
  std::optional<Fallback> unmapped;           ///< not set: by registry
  Fallback on_ecr_failure = Fallback::Direct;
  Freshness freshness;
  JobOption job;
  std::uint32_t max_connections = 0;
  std::optional<std::chrono::milliseconds> idle_timeout;  ///< not set: never
  bool allow_remote = false;
  std::optional<std::string> client_token_file;
  ClientAuth client_auth = ClientAuth::Token;
  base::LogOptions log;
  std::optional<std::string> ready_file;
  bool show_config = false;
};

}  // namespace ecrelay::config
