#pragma once

#include "proxy/mirror.hpp"

namespace ecrelay::proxy {

/// Answers tag lists and referrers, which are never kept: each is asked of the places of its route.
/// A tag list's pages are the relay's own (`n`, `last`, `Link`), whatever the registry does.
class ListRequests {
 public:
  explicit ListRequests(MirrorParts& parts) : parts_(parts) {}
  net::ServerResponse answer_tags(Exchange& exchange);
  net::ServerResponse answer_referrers(Exchange& exchange);

 private:
  MirrorParts& parts_;
};

}  // namespace ecrelay::proxy
