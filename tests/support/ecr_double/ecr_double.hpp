#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/ecr_double/faults.hpp"
#include "support/ecr_double/image_library.hpp"
#include "support/ecr_double/options.hpp"
#include "support/ecr_double/request_log.hpp"

namespace ecrelay::ecr_double {

/// Amazon ECR in this process, as awkward as the real one: API and STS, registry, the bucket and
/// the CDN of its redirects, and the upstream registries behind its rules. It serves from the
/// constructor to the destructor, on loopback. Thread-safe. The constructor throws
/// std::runtime_error where a port cannot be bound.
class EcrDouble {
 public:
  explicit EcrDouble(Options options = {});
  ~EcrDouble();
  EcrDouble(const EcrDouble&) = delete;
  EcrDouble& operator=(const EcrDouble&) = delete;

  [[nodiscard]] std::string api_url() const;
  [[nodiscard]] std::string registry_url() const;
  [[nodiscard]] std::string s3_url() const;
  [[nodiscard]] std::string cdn_url() const;
  [[nodiscard]] std::string upstream_url() const;
  /// AWS_* and ECRELAY_* variables that point a relay (and AWS's own tools) at this double.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  /// What the upstream registries hold; a tag may be moved at any time.
  ImageLibrary& upstream();
  /// Pushes an image straight into ECR, without a rule.
  void push(const std::string& repository, const std::string& tag, const Image& image);
  /// A good password for the registry's user AWS.
  std::string issue_password();

  [[nodiscard]] Settings settings() const;
  /// `change_it` gets the settings in force and changes what it wants.
  void change(const std::function<void(Settings&)>& change_it);
  void set_token_life(std::chrono::milliseconds life);
  void expire_tokens();
  void expire_credentials();
  void expire_downloads();

  void add_fault(FaultRule rule);
  void clear_faults();
  /// The next `count` requests of the API or the registry are answered as throttled.
  void throttle(Service service, unsigned count);

  [[nodiscard]] std::vector<LogEntry> log() const;
  [[nodiscard]] Counters counters() const;
  /// Forgets imports, the log and the counters.
  void reset();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ecrelay::ecr_double
