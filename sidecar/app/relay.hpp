#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "config/options.hpp"
#include "net/http_server.hpp"
#include "proxy/ecr_account.hpp"
#include "proxy/routes.hpp"
#include "stats/job_registry.hpp"
#include "stats/recorder.hpp"
#include "store/store.hpp"

namespace ecrelay::app {

/// Where a name maps, for `ecrelay resolve`: asks nobody for the image.
struct Resolved {
  std::optional<proxy::MappedName> mapped;
  std::string ecr_reference;  ///< "REGISTRY/docker-hub/library/node:20"; empty without a rule
  std::optional<base::Digest> digest;  ///< of the tag, if the store knows it
  bool in_store = false;
  std::vector<std::string> places;  ///< "ecr", "upstream"
};

/// A relay: every part made, joined and running, from start() to its destructor. The one place
/// where parts are composed. Thread-safe.
class Relay {
 public:
  /// Binds, opens the store and the statistics, opens the default job and begins the first look at
  /// credentials and rules. Fails for what the user has to mend (a port that is taken, a state
  /// directory that cannot be made); everything else is started without, and the
  /// API's status tells of it.
  static base::Result<std::unique_ptr<Relay>> start(const config::ServeOptions& options,
                                                    const base::Environment& environment);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// "http://127.0.0.1:5055", of the first listener.
  [[nodiscard]] const std::string& endpoint() const;
  /// Unlike any other relay's, also after a restart.
  [[nodiscard]] const std::string& instance() const;
  [[nodiscard]] base::Wall::time_point started_at() const;

  /// Empty once credentials and rules are there, else the reason, for a person.
  [[nodiscard]] std::string not_ready_reason() const;
  bool wait_first_look(base::Deadline deadline);

  [[nodiscard]] stats::JobRegistry& jobs();
  [[nodiscard]] stats::Recorder& recorder();
  [[nodiscard]] store::Store& store();
  [[nodiscard]] proxy::EcrAccount& account();
  [[nodiscard]] const config::ServeOptions& options() const;
  /// For status: what names the identity, never the secret. "environment", "us-east-1".
  [[nodiscard]] const std::string& identity_source() const;
  [[nodiscard]] const std::string& region() const;
  /// Gauges brought up to date, then the text.
  [[nodiscard]] std::string metrics_text();
  [[nodiscard]] Resolved resolve(const std::string& registry, const std::string& repository,
                                 const std::string& tag, const std::optional<base::Digest>& digest);

  /// A listener of the job's own on a free loopback port, so that its requests need no name for the
  /// job: "http://127.0.0.1:40123". The one that is there already, if there is one.
  base::Result<std::string> open_job_listener(const std::string& job);
  void close_job_listener(const std::string& job);
  /// When a request last ended; for --idle-timeout.
  [[nodiscard]] base::Steady::time_point last_activity() const;

  /// Who answers what is not under /v2: the API and the pages. Before: 404. Call once, early.
  void set_api(net::Handler api);

  /// Asks wait_for_stop() to return; from any thread (POST /api/v1/shutdown).
  void request_stop();
  /// Until request_stop() was called or `deadline` passed; true if stopping was asked for.
  bool wait_for_stop(base::Deadline deadline);

  /// Takes nothing new, lets answers end until the deadline, closes the open jobs, and has every
  /// row on disk. Called by the destructor with 8 s if not before.
  void drain(base::Deadline deadline);

 private:
  struct Parts;
  explicit Relay(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ecrelay::app
