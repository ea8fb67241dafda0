#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/sample_images.hpp"

namespace ecrelay::ecr_double {

/// A pull-through cache rule, with the fields of DescribePullThroughCacheRules.
struct Rule {
  std::string ecr_repository_prefix;  ///< or "ROOT"
  std::string upstream_registry_url;  ///< host alone: "registry-1.docker.io"
  std::string upstream_repository_prefix = "ROOT";
  std::string upstream_registry;  ///< "docker-hub"; may be empty
  std::string credential_arn;     ///< may be empty
};

/// docker.io as "docker-hub", quay.io as "quay", ghcr.io as "github".
std::vector<Rule> default_rules();

/// The name under which images know a rule's registry: "registry-1.docker.io" is "docker.io".
std::string registry_of_url(const std::string& upstream_registry_url);

/// A private image of the account, in ECR without a rule.
struct PrivateImage {
  std::string repository;
  std::string tag;
  Image image;
};

struct Credentials {
  std::string access_key = "ASIADOUBLEEXAMPLE000";
  std::string secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYDOUBLEKEY0";
  std::string session_token = "FwoGZXIvYXdzEDOUBLE+/sessiontoken/0+==";  ///< may be empty
};

/// What a double is made with.
struct Options {
  std::vector<NamedImage> images;  ///< of the upstream registries
  std::vector<PrivateImage> private_images;
  std::vector<Rule> rules = default_rules();
  std::string account = "123456789012";
  std::string region = "us-east-1";
  /// Regions, besides `region`, that requests may be signed for.
  std::set<std::string> other_regions;
  Credentials credentials;
  std::string bind = "127.0.0.1";
  std::map<Service, std::uint16_t> ports;  ///< what is left out is picked
  /// Host names for the download URLs in place of `bind`; the port is added. They have to resolve.
  std::string s3_host;
  std::string cdn_host;
};

enum class UpstreamAuth { Anonymous, Bearer };
enum class UpstreamBlobs { Direct, Redirected };

/// How an upstream registry treats ECR.
enum class UpstreamHealth { Up, Throttled, Denied, Unavailable };

/// The awkwardness, which may change at any time. Actions are IAM's:
/// "ecr:BatchImportUpstreamImage".
struct Settings {
  std::chrono::milliseconds token_life = std::chrono::hours(12);
  std::chrono::milliseconds import_delay{0};    ///< of the first pull of a tag
  std::chrono::milliseconds children_delay{0};  ///< from then until children and blobs are there
  std::chrono::milliseconds cdn_time{0};        ///< from then on blobs come from the upstream's CDN
  std::chrono::milliseconds describe_lag{0};    ///< until DescribeImages knows an imported image
  std::chrono::milliseconds refresh_after = std::chrono::hours(24);  ///< a tag is asked for again
  std::chrono::milliseconds download_life = std::chrono::hours(1);   ///< whole seconds
  std::chrono::milliseconds api_latency{0};
  std::chrono::milliseconds registry_latency{0};
  std::chrono::milliseconds download_latency{0};
  std::chrono::milliseconds upstream_latency{0};
  std::chrono::milliseconds clock_offset{0};  ///< added to the time of the double
  std::chrono::milliseconds upstream_token_life = std::chrono::minutes(5);
  std::uint64_t download_rate = 0;  ///< bytes/s per connection, S3 and CDN; 0: without limit
  std::uint64_t upstream_rate = 0;  ///< the same, of the upstream registries' blobs
  std::uint64_t tags_page = 100;
  std::uint64_t referrers_page = 20;
  std::uint64_t rules_page = 100;
  UpstreamAuth upstream_auth = UpstreamAuth::Anonymous;
  UpstreamBlobs upstream_blobs = UpstreamBlobs::Direct;
  std::set<std::string> denied_actions;
  std::map<std::string, UpstreamHealth> upstream_health;  ///< by registry: "docker.io"
};

}  // namespace ecrelay::ecr_double
