#pragma once

#include <functional>
#include <stop_token>

#include "base/clock.hpp"
#include "base/worker_pool.hpp"
#include "proxy/manifest_source.hpp"

namespace ecrelay::proxy {

/// One walk along the places of a route for one manifest. `keep` is called with every manifest that
/// a place gives, also one that comes too late for the answer, from whatever thread it came on.
class ManifestWalk {
 public:
  using Keep = std::function<bool(const upstream::Manifest&)>;

  ManifestWalk(const ManifestSource::Wanted& wanted, const store::NamesIndex& names,
               base::WorkerPool& workers, Keep keep, std::stop_token stop);

  /// By wanted.answer_by, whatever the places do.
  ManifestAnswer run();

 private:
  using Reply = upstream::Reply<upstream::Manifest>;
  Reply ask(const Place& place);
  Reply ask_ecr(const Place& place);
  Reply ask_ecr_by_digest(const Place& place);
  Reply ask_for(const Place& place, const std::string& reference);

  const ManifestSource::Wanted& wanted_;
  const store::NamesIndex& names_;
  base::WorkerPool& workers_;
  const Keep keep_;
  const std::stop_token stop_;
};

}  // namespace ecrelay::proxy
