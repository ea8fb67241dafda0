#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/ecr_double/http_types.hpp"

namespace ecrelay::ecr_double {

struct LogEntry {
  Service service = Service::Api;
  std::string kind;
  std::string method;
  std::string path;
  std::string query;  ///< without signatures and security tokens
  std::string host;
  std::string accept;
  std::string range;
  bool has_authorization = false;
  int status = 0;                ///< 0: broken off before an answer
  std::uint64_t bytes_sent = 0;  ///< of the body
};

struct Tally {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
};

/// How much was asked of the double, by service and by kind. Kinds: of the API the action
/// ("GetAuthorizationToken", "sts:AssumeRole"); "ping", "manifest", "blob", "tags", "referrers",
/// "token" of the registries; "download" of S3 and of the CDN. Value type.
struct Counters {
  std::map<Service, std::map<std::string, Tally>> tallies;
  std::map<Service, std::uint64_t> connections;
  std::uint64_t imports = 0;  ///< tags that ECR fetched from an upstream registry

  [[nodiscard]] std::uint64_t requests(Service service) const;
  [[nodiscard]] std::uint64_t requests(Service service, const std::string& kind) const;
  [[nodiscard]] std::uint64_t bytes(Service service) const;
  [[nodiscard]] std::uint64_t bytes(Service service, const std::string& kind) const;
};

/// Every request, in the order of the answers. A request is in it, and its bytes are counted,
/// before they reach the client: who has read an answer to its end sees it here. The oldest entries
/// go when there are more than `kMaxEntries`; the counters keep them. Thread-safe.
class RequestLog {
 public:
  static constexpr std::size_t kMaxEntries = 50000;

  /// Returns a handle for add_bytes().
  std::uint64_t begin(LogEntry entry);
  /// Negative: bytes that were counted and could not be sent.
  void add_bytes(std::uint64_t handle, std::int64_t bytes);
  void count_connection(Service service);
  void count_import();

  [[nodiscard]] std::vector<LogEntry> entries() const;
  [[nodiscard]] Counters counters() const;
  void reset();

 private:
  mutable std::mutex mutex_;
  std::deque<LogEntry> entries_;
  std::uint64_t first_ = 0;  ///< the handle of entries_.front()
  Counters counters_;
};

/// The query without what only a signer may know.
std::string redacted_query(const std::string& query);

}  // namespace ecrelay::ecr_double
