#pragma once

#include <optional>

#include "proxy/mirror.hpp"

namespace ecrelay::proxy {

/// Answers GET and HEAD of a blob: from the store, from the fill under way, or by beginning one. A
/// blob that the repository is not known to have is served only once its registry confirms it.
class BlobRequests {
 public:
  explicit BlobRequests(MirrorParts& parts) : parts_(parts) {}
  net::ServerResponse answer(Exchange& exchange);

 private:
  net::ServerResponse answer_known(Exchange& exchange, const store::Content& content);
  net::ServerResponse answer_unknown(Exchange& exchange);
  net::ServerResponse confirm_then_serve(Exchange& exchange);
  net::ServerResponse serve_held(Exchange& exchange, std::unique_ptr<store::BlobReader> reader,
                                 stats::Outcome outcome);
  net::ServerResponse fetch(Exchange& exchange, const std::optional<store::Content>& content);
  struct Awaited {
    FetchCoordinator::Fetch fetch;
    BlobFetch::State state;
  };
  /// Begins or joins until there are bytes to promise; once more where that may help.
  Awaited await_fetch(Exchange& exchange, const FetchCoordinator::Wanted& wanted);
  net::ServerResponse serve_fetch(Exchange& exchange, const FetchCoordinator::Fetch& fetch);
  net::ServerResponse stream_through(Exchange& exchange, const FetchCoordinator::Wanted& wanted,
                                     const std::string& why);
  /// Asks the places for the size alone; nothing where none has the blob (`failure` says why).
  std::optional<std::uint64_t> confirm(Exchange& exchange, const Route& route,
                                       std::optional<FetchFailure>& failure);
  net::ServerResponse refuse(Exchange& exchange, const std::optional<FetchFailure>& failure);
  void note_miss(Exchange& exchange, const std::shared_ptr<BlobFetch>& fetch);
  [[nodiscard]] const base::Digest& digest(const Exchange& exchange) const {
    return *exchange.target().digest;
  }

  MirrorParts& parts_;
};

}  // namespace ecrelay::proxy
