#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "oci/documents.hpp"

namespace ecrelay::upstream {

/// Why a registry did not give what it was asked for.
enum class FailureKind {
  NotFound,           ///< 404; at ECR also how a missing right to import looks
  Denied,             ///< the registry refuses this identity
  NoIdentity,         ///< there are no credentials to ask with
  Throttled,          ///< the registry's own limit
  UpstreamThrottled,  ///< ECR says that the registry behind it throttles
  UpstreamDenied,     ///< ECR says that the registry behind it refuses its login
  Unreachable,        ///< no connection, or it broke off
  TimedOut,           ///< no first byte, or no next one, in time
  BadAnswer,          ///< 5xx, or what cannot be understood
  Unsupported,        ///< the registry has no such call
  Rejected,           ///< the sink did not want the bytes, or the caller stopped
};

struct Failure {
  FailureKind kind = FailureKind::BadAnswer;
  int status = 0;      ///< HTTP, 0 if there was none
  std::string detail;  ///< for a person; without tokens and presigned URLs
};

/// A value or why there is none.
template <typename T>
class [[nodiscard]] Reply {
 public:
  Reply(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Reply(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  T& operator*() { return *std::get_if<0>(&state_); }
  const T& operator*() const { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  [[nodiscard]] const Failure& failure() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Failure> state_;
};

struct Manifest {
  std::string bytes;
  std::string media_type;  ///< of the Content-Type, else of the body
  base::Digest digest;     ///< computed from the bytes
};

/// Where the bytes of a blob came from, as the redirects tell (ECR's own bucket, or past it).
enum class DownloadHost { Registry, EcrBucket, Elsewhere };

struct BlobEnd {
  DownloadHost host = DownloadHost::Registry;
};

/// Takes a blob piece by piece, on the asking thread. False ends the exchange as Rejected.
class BlobSink {
 public:
  virtual ~BlobSink() = default;
  /// Before the first piece: the size of the whole blob.
  virtual bool on_size(std::uint64_t size, DownloadHost host) = 0;
  /// The bytes that follow those before, from the offset that was asked for.
  virtual bool on_data(std::span<const std::byte> data) = 0;
};

/// A place to ask for images: ECR, or an upstream registry itself. Repository names are the place's
/// own. Each call asks at most 3 times, renews a refused token once, and blocks at most about
/// `first_byte` to the head of the answer. Thread-safe.
class UpstreamRegistry {
 public:
  struct Ask {
    std::string repository;
    std::chrono::milliseconds first_byte{15000};
    std::stop_token stop;
  };

  virtual ~UpstreamRegistry() = default;
  /// For logs and details: "ECR 123456789012.dkr.ecr.us-east-1.amazonaws.com".
  [[nodiscard]] virtual const std::string& name() const = 0;

  /// By tag or digest. By digest the bytes are checked: others are a BadAnswer.
  virtual Reply<Manifest> manifest(const Ask& ask, const std::string& reference) = 0;
  /// The bytes from `offset` on; the caller checks the digest of the whole.
  virtual Reply<BlobEnd> blob(const Ask& ask, const base::Digest& digest, std::uint64_t offset,
                              BlobSink& sink) = 0;
  /// The size of a blob, without its bytes.
  virtual Reply<std::uint64_t> blob_size(const Ask& ask, const base::Digest& digest) = 0;
  /// All pages, in the registry's order.
  virtual Reply<std::vector<std::string>> tags(const Ask& ask) = 0;
  /// All pages; nothing refers to the digest: an empty list. NotFound: ECR does not hold the
  /// repository, which tells nothing.
  virtual Reply<std::vector<oci::Referrer>> referrers(const Ask& ask,
                                                      const base::Digest& digest) = 0;
};

}  // namespace ecrelay::upstream
