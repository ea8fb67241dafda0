#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_client.hpp"

namespace ecrelay::upstream {

/// How requests to one registry prove who asks. Thread-safe.
class RegistryAuth {
 public:
  virtual ~RegistryAuth() = default;
  /// Adds the Authorization header, if there is one to add. `generation` names the token that was
  /// used, for renew(). Unauthenticated: there is no identity to ask with.
  virtual base::Result<std::uint64_t> authorize(net::HttpRequest& request,
                                                const std::string& repository) = 0;
  /// Whether the refusal is of the token alone and another one is there now: ask once more. Callers
  /// that were refused with the same token renew it once between them.
  virtual bool renew(std::uint64_t generation, const std::string& repository, int status,
                     const net::Headers& headers, std::string_view body) = 0;
};

/// A registry that asks nobody who he is.
class NoAuth final : public RegistryAuth {
 public:
  base::Result<std::uint64_t> authorize(net::HttpRequest& /*request*/,
                                        const std::string& /*repository*/) override {
    return 0;
  }
  bool renew(std::uint64_t /*generation*/, const std::string& /*repository*/, int /*status*/,
             const net::Headers& /*headers*/, std::string_view /*body*/) override {
    return false;
  }
};

}  // namespace ecrelay::upstream
