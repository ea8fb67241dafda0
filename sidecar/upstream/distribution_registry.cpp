#include "upstream/distribution_registry.hpp"

#include <utility>

#include "net/redirect.hpp"
#include "oci/manifest.hpp"
#include "oci/media_types.hpp"
#include "upstream/attempts.hpp"
#include "upstream/blob_download.hpp"
#include "upstream/link_header.hpp"

namespace ecrelay::upstream {
namespace {

constexpr int kMaxPages = 200;

class Buffer final : public net::ResponseSink {
 public:
  bool on_head(int status, const net::Headers& headers) override {
    response.status = status;
    response.headers = headers;
    return true;
  }
  bool on_body(std::span<const std::byte> data) override {
    too_large = response.body.size() + data.size() > oci::kMaxManifestBytes;
    if (!too_large) {
      response.body.append(reinterpret_cast<const char*>(data.data()), data.size());
    }
    return !too_large;
  }
  net::HttpResponse response;
  bool too_large = false;
};

}  // namespace

DistributionRegistry::DistributionRegistry(Config config, std::shared_ptr<RegistryAuth> auth,
                                           net::HttpClient& client)
    : config_(std::move(config)), auth_(std::move(auth)), client_(client) {}

base::Url DistributionRegistry::url(const std::string& repository, const std::string& rest,
                                    const std::string& query) const {
  auto result = config_.endpoint;
  result.path = "/v2/" + repository + "/" + rest;
  result.query = query;
  return result;
}

Reply<net::HttpResponse> DistributionRegistry::try_once(const Ask& ask, net::HttpRequest request,
                                                        Attempts& attempts) {
  const auto generation = auth_->authorize(request, ask.repository);
  if (!generation.ok()) {
    return classify(generation.error());
  }
  Buffer buffer;
  const auto sent = net::stream_following(
      client_, request, attempts.limits(), buffer, [](const base::Url&) {}, ask.stop);
  if (buffer.too_large) {
    return Failure{FailureKind::BadAnswer, buffer.response.status, "the answer is over 4 MiB"};
  }
  if (!sent.ok()) {
    return classify(sent.error());
  }
  auto& response = buffer.response;
  if (response.status == 200) {
    return std::move(response);
  }
  if (!attempts.renewed &&
      auth_->renew(*generation, ask.repository, response.status, response.headers, response.body)) {
    attempts.renewed = true;
    return try_once(ask, std::move(request), attempts);
  }
  return classify(config_.kind, response.status, response.body);
}

Reply<net::HttpResponse> DistributionRegistry::get(const Ask& ask, net::HttpRequest request) {
  Attempts attempts(ask);
  while (true) {
    auto reply = try_once(ask, request, attempts);
    if (reply.ok() || !attempts.again_after(reply.failure())) {
      return reply;
    }
  }
}

Reply<Manifest> DistributionRegistry::manifest(const Ask& ask, const std::string& reference) {
  net::HttpRequest request;
  request.url = url(ask.repository, "manifests/" + reference);
  request.headers.add("Accept", std::string(oci::kManifestAccept));
  auto reply = get(ask, std::move(request));
  if (!reply.ok()) {
    return reply.failure();
  }
  const auto parsed =
      oci::parse_manifest(reply->body, reply->headers.get("Content-Type").value_or(""));
  if (!parsed.ok()) {
    return Failure{FailureKind::BadAnswer, reply->status, "manifest: " + parsed.error().message};
  }
  Manifest manifest;
  manifest.media_type = parsed->media_type;
  const auto wanted = base::Digest::parse(reference);
  base::Hasher hasher(wanted.ok() ? wanted->algorithm() : base::DigestAlgorithm::Sha256);
  hasher.update(reply->body);
  manifest.digest = hasher.finish();
  if (wanted.ok() && manifest.digest != *wanted) {
    return Failure{FailureKind::BadAnswer, reply->status,
                   "the manifest's bytes have another digest than " + reference};
  }
  // ECR does not say it; where a registry does, it guards what was asked for by tag too.
  const auto said = base::Digest::parse(reply->headers.get("Docker-Content-Digest").value_or(""));
  if (said.ok() && said->algorithm() == manifest.digest.algorithm() && *said != manifest.digest) {
    return Failure{FailureKind::BadAnswer, reply->status,
                   "the manifest's bytes have another digest than the registry says"};
  }
  manifest.bytes = std::move(reply->body);
  return manifest;
}

Reply<BlobEnd> DistributionRegistry::try_blob(const Ask& ask, net::HttpRequest request,
                                              std::uint64_t offset, BlobSink& sink,
                                              Attempts& attempts) {
  const auto generation = auth_->authorize(request, ask.repository);
  if (!generation.ok()) {
    return classify(generation.error());
  }
  BlobDownload download(offset, sink);
  const auto sent = net::stream_following(
      client_, request, attempts.limits(), download,
      [&](const base::Url& next) { download.redirected(next); }, ask.stop);
  if (!download.nonsense().empty()) {
    return Failure{FailureKind::BadAnswer, download.status(), download.nonsense()};
  }
  if (!sent.ok()) {
    return classify(sent.error());
  }
  if (download.good()) {
    return BlobEnd{download.host()};
  }
  if (download.host() != DownloadHost::Registry) {
    // A presigned URL that expired or whose signer's session ended: 403 or 400 of the download host
    // says nothing of our token. Asking the registry again gives a fresh one.
    auto failure = classify(RegistryKind::Plain, download.status(), "");
    return Failure{FailureKind::Unreachable, download.status(),
                   "the download host answered " + failure.detail};
  }
  if (!attempts.renewed && auth_->renew(*generation, ask.repository, download.status(),
                                        download.headers(), download.error_body())) {
    attempts.renewed = true;
    return try_blob(ask, std::move(request), offset, sink, attempts);
  }
  return classify(config_.kind, download.status(), download.error_body());
}

Reply<BlobEnd> DistributionRegistry::blob(const Ask& ask, const base::Digest& digest,
                                          std::uint64_t offset, BlobSink& sink) {
  // Only what has not begun is tried again here; the caller goes on where the bytes ended.
  class Begun final : public BlobSink {
   public:
    explicit Begun(BlobSink& inner) : inner_(inner) {}
    bool on_size(std::uint64_t size, DownloadHost host) override {
      begun = true;
      return inner_.on_size(size, host);
    }
    bool on_data(std::span<const std::byte> data) override { return inner_.on_data(data); }
    bool begun = false;

   private:
    BlobSink& inner_;
  } begun(sink);

  Attempts attempts(ask);
  while (true) {
    net::HttpRequest request;
    request.url = url(ask.repository, "blobs/" + digest.str());
    if (offset > 0) {
      request.headers.add("Range", "bytes=" + std::to_string(offset) + "-");
    }
    auto reply = try_blob(ask, std::move(request), offset, begun, attempts);
    if (reply.ok() || begun.begun || !attempts.again_after(reply.failure())) {
      return reply;
    }
  }
}

Reply<std::uint64_t> DistributionRegistry::blob_size(const Ask& ask, const base::Digest& digest) {
  // A GET that is ended at its head: a presigned URL refuses HEAD, and ECR Public HEAD on blobs.
  class SizeOnly final : public BlobSink {
   public:
    bool on_size(std::uint64_t size, DownloadHost /*host*/) override {
      known = size;
      return false;
    }
    bool on_data(std::span<const std::byte> /*data*/) override { return false; }
    std::optional<std::uint64_t> known;
  } sink;
  const auto reply = blob(ask, digest, 0, sink);
  if (sink.known) {
    return *sink.known;
  }
  return reply.ok() ? Failure{FailureKind::BadAnswer, 200, "a blob without a size"}
                    : reply.failure();
}

Reply<std::size_t> DistributionRegistry::pages(const Ask& ask, base::Url first, const Page& take) {
  const auto deadline = base::Deadline::after(ask.first_byte);
  auto next = std::move(first);
  for (int page = 0; page < kMaxPages; ++page) {
    net::HttpRequest request;
    request.url = next;
    // Our own answer begins only after the last page: they share the time.
    auto reply = get({ask.repository, deadline.left(), ask.stop}, std::move(request));
    if (!reply.ok()) {
      return reply.failure();
    }
    if (auto wrong = take(*reply); !wrong.empty()) {
      return Failure{FailureKind::BadAnswer, reply->status, std::move(wrong)};
    }
    const auto link = next_link(next, reply->headers.joined("Link"));
    if (!link) {
      return static_cast<std::size_t>(page + 1);
    }
    // A page on another origin would carry our token there.
    if (link->origin() != config_.endpoint.origin() || *link == next) {
      return Failure{FailureKind::BadAnswer, reply->status, "a Link that leads elsewhere"};
    }
    next = *link;
  }
  return Failure{FailureKind::BadAnswer, 200, "more pages than can be"};
}

Reply<std::vector<std::string>> DistributionRegistry::tags(const Ask& ask) {
  std::vector<std::string> all;
  const auto read =
      pages(ask, url(ask.repository, "tags/list", "n=1000"), [&](const net::HttpResponse& page) {
        auto tags = oci::parse_tags_list(page.body);
        if (!tags.ok()) {
          return tags.error().message;
        }
        all.insert(all.end(), tags->begin(), tags->end());
        return std::string();
      });
  if (!read.ok()) {
    return read.failure();
  }
  return all;
}

Reply<std::vector<oci::Referrer>> DistributionRegistry::referrers(const Ask& ask,
                                                                  const base::Digest& digest) {
  std::vector<oci::Referrer> all;
  const auto read = pages(ask, url(ask.repository, "referrers/" + digest.str()),
                          [&](const net::HttpResponse& page) {
                            auto referrers = oci::parse_referrers(page.body);
                            if (!referrers.ok()) {
                              return referrers.error().message;
                            }
                            all.insert(all.end(), referrers->begin(), referrers->end());
                            return std::string();
                          });
  if (read.ok()) {
    return all;
  }
  // A registry of before the referrers API says 404, as does one that does not know the digest. At
  // ECR it is the repository that is not there (yet), and that tells nothing.
  const auto kind = read.failure().kind;
  const bool none = kind == FailureKind::Unsupported || kind == FailureKind::NotFound;
  if (none && config_.kind == RegistryKind::Plain) {
    return all;
  }
  return read.failure();
}

}  // namespace ecrelay::upstream
