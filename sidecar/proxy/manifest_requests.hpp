#pragma once

#include <optional>

#include "proxy/mirror.hpp"

namespace ecrelay::proxy {

/// Answers GET and HEAD of a manifest, by tag or digest: from the store while its digest is
/// believed, else from the places of its route, else stale from the store, else declined.
class ManifestRequests {
 public:
  explicit ManifestRequests(MirrorParts& parts) : parts_(parts) {}
  net::ServerResponse answer(Exchange& exchange);

 private:
  struct Held {
    base::Digest digest;
    std::string media_type;
    std::string bytes;
  };
  /// What the store has under the name, and whether it may be served without asking.
  std::optional<Held> find(Exchange& exchange, bool& believed);
  std::optional<Held> load(Exchange& exchange, const base::Digest& digest);
  net::ServerResponse ask(Exchange& exchange, const std::optional<Held>& held);
  net::ServerResponse fetched(Exchange& exchange, const std::optional<Held>& held,
                              const ManifestAnswer& answer);
  net::ServerResponse not_fetched(Exchange& exchange, const std::optional<Held>& held,
                                  stats::Reason reason, const std::string& detail);
  void judge_import(Exchange& exchange, const FetchedManifest& fetched);
  static net::ServerResponse serve(Exchange& exchange, const base::Digest& digest,
                                   const std::string& media_type, std::string bytes);

  MirrorParts& parts_;
};

}  // namespace ecrelay::proxy
