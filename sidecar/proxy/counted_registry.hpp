#pragma once

#include <memory>
#include <utility>

#include "base/metrics.hpp"
#include "stats/outcome.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::proxy {

/// A place whose calls are counted in the metrics. As thread-safe as the registry behind it.
class CountedRegistry final : public upstream::UpstreamRegistry {
 public:
  CountedRegistry(std::unique_ptr<upstream::UpstreamRegistry> registry, stats::Origin origin,
                  base::Metrics& metrics)
      : registry_(std::move(registry)), origin_(origin), metrics_(metrics) {}

  [[nodiscard]] const std::string& name() const override { return registry_->name(); }
  upstream::Reply<upstream::Manifest> manifest(const Ask& ask,
                                               const std::string& reference) override {
    count();
    return registry_->manifest(ask, reference);
  }
  upstream::Reply<upstream::BlobEnd> blob(const Ask& ask, const base::Digest& digest,
                                          std::uint64_t offset, upstream::BlobSink& sink) override {
    count();
    return registry_->blob(ask, digest, offset, sink);
  }
  upstream::Reply<std::uint64_t> blob_size(const Ask& ask, const base::Digest& digest) override {
    count();
    return registry_->blob_size(ask, digest);
  }
  upstream::Reply<std::vector<std::string>> tags(const Ask& ask) override {
    count();
    return registry_->tags(ask);
  }
  upstream::Reply<std::vector<oci::Referrer>> referrers(const Ask& ask,
                                                        const base::Digest& digest) override {
    count();
    return registry_->referrers(ask, digest);
  }

 private:
  void count() { metrics_.add(base::Metric::UpstreamRequests, 1, {stats::word(origin_)}); }

  std::unique_ptr<upstream::UpstreamRegistry> registry_;
  const stats::Origin origin_;
  base::Metrics& metrics_;
};

}  // namespace ecrelay::proxy
