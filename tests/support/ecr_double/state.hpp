#pragma once

#include <mutex>
#include <string>

#include "support/ecr_double/download_links.hpp"
#include "support/ecr_double/ecr_store.hpp"
#include "support/ecr_double/faults.hpp"
#include "support/ecr_double/identity.hpp"
#include "support/ecr_double/image_library.hpp"
#include "support/ecr_double/offset_clock.hpp"
#include "support/ecr_double/options.hpp"
#include "support/ecr_double/pause.hpp"
#include "support/ecr_double/request_log.hpp"

namespace ecrelay::ecr_double {

/// "127.0.0.1:4711" of each server, as clients are told.
struct Addresses {
  std::string api;
  std::string registry;
  std::string s3;
  std::string cdn;
  std::string upstream;
};

/// All that the servers of one double share; each member is thread-safe. `addresses` is written
/// before the first server serves.
class State {
 public:
  explicit State(Options given);

  [[nodiscard]] Settings settings() const;
  void set(const Settings& settings);
  /// Forgets imports, the log and the counters; tokens, faults and settings stay.
  void reset();
  /// "User: arn:.. is not authorized to perform: ACTION on resource: ..".
  [[nodiscard]] std::string denial(const std::string& action, const std::string& resource) const;
  [[nodiscard]] std::string repository_arn(const std::string& repository) const;

  const Options options;
  OffsetClock clock;
  Pause pause;
  Faults faults;
  RequestLog log;
  Identity identity;
  ImageLibrary upstream;
  EcrStore ecr;
  DownloadLinks links;
  Addresses addresses;

 private:
  void add_private_images();

  mutable std::mutex mutex_;
  Settings settings_;
};

}  // namespace ecrelay::ecr_double
