#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "net/http_server.hpp"
#include "proxy/exchange.hpp"
#include "proxy/fetch_coordinator.hpp"
#include "proxy/freshness.hpp"
#include "proxy/import_judge.hpp"
#include "proxy/manifest_source.hpp"
#include "proxy/routes.hpp"
#include "stats/job_registry.hpp"
#include "stats/recorder.hpp"
#include "store/store.hpp"

namespace ecrelay::proxy {

/// The parts that answering a request needs; all borrowed.
struct MirrorParts {
  EcrAccount& account;
  Routes& routes;
  store::Store& store;
  ManifestSource& manifests;
  FetchCoordinator& fetches;
  ImportJudge& imports;
  stats::JobRegistry& jobs;
  stats::Recorder& recorder;
  base::WorkerPool& workers;
  base::Metrics& metrics;
  const base::Clock& clock;
  Freshness freshness;
};

/// The pull side of the OCI distribution API over all upstream registries: every request under /v2
/// begins here. Read this first, then manifest_requests, blob_requests, list_requests. Never
/// answers 401 or 429, which clients take badly (docs/architecture.md, "What clients need").
/// Thread-safe.
class Mirror {
 public:
  explicit Mirror(MirrorParts parts) : parts_(parts) {}

  net::ServerResponse handle(const net::ServerRequest& request);

 private:
  net::ServerResponse answer(Exchange& exchange);
  net::ServerResponse refuse_write(Exchange& exchange);

  MirrorParts parts_;
};

}  // namespace ecrelay::proxy
