#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/url.hpp"
#include "net/http_client.hpp"
#include "upstream/failure.hpp"
#include "upstream/registry_auth.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::upstream {

class Attempts;

/// A registry reached over the OCI distribution API: ECR's `dkr` endpoint or a plain one; they
/// differ in their authentication and in what their errors mean.
class DistributionRegistry final : public UpstreamRegistry {
 public:
  struct Config {
    RegistryKind kind = RegistryKind::Plain;
    std::string name;
    base::Url endpoint;  ///< scheme, host and port; the path is not used
  };
  DistributionRegistry(Config config, std::shared_ptr<RegistryAuth> auth, net::HttpClient& client);

  [[nodiscard]] const std::string& name() const override { return config_.name; }
  Reply<Manifest> manifest(const Ask& ask, const std::string& reference) override;
  Reply<BlobEnd> blob(const Ask& ask, const base::Digest& digest, std::uint64_t offset,
                      BlobSink& sink) override;
  Reply<std::uint64_t> blob_size(const Ask& ask, const base::Digest& digest) override;
  Reply<std::vector<std::string>> tags(const Ask& ask) override;
  Reply<std::vector<oci::Referrer>> referrers(const Ask& ask, const base::Digest& digest) override;

 private:
  using Page = std::function<std::string(const net::HttpResponse&)>;

  [[nodiscard]] base::Url url(const std::string& repository, const std::string& rest,
                              const std::string& query = "") const;
  /// The answer with status 200, after renewals and retries.
  Reply<net::HttpResponse> get(const Ask& ask, net::HttpRequest request);
  Reply<net::HttpResponse> try_once(const Ask& ask, net::HttpRequest request, Attempts& attempts);
  Reply<BlobEnd> try_blob(const Ask& ask, net::HttpRequest request, std::uint64_t offset,
                          BlobSink& sink, Attempts& attempts);
  /// Every page of a list, following Link; `take` gives an error text to end with.
  Reply<std::size_t> pages(const Ask& ask, base::Url first, const Page& take);

  const Config config_;
  const std::shared_ptr<RegistryAuth> auth_;
  net::HttpClient& client_;
};

}  // namespace ecrelay::upstream
