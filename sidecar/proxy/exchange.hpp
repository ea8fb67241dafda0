#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "net/http_server.hpp"
#include "proxy/names.hpp"
#include "proxy/reasons.hpp"
#include "stats/recorder.hpp"
#include "stats/request_event.hpp"
#include "store/blob_reader.hpp"
#include "store/names_index.hpp"

namespace ecrelay::proxy {

/// One client request from its head to its row in the statistics. Whoever answers it fills `event`
/// and then calls one of the respond functions, once; the row is written when the answer has gone
/// out. Single-thread until then.
class Exchange {
 public:
  Exchange(const net::ServerRequest& request, Target target, std::string job,
           stats::Recorder& recorder, base::Metrics& metrics, const base::Clock& clock);

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] const std::string& job() const { return event().job_id; }
  [[nodiscard]] bool head_only() const { return event().method == "HEAD"; }
  [[nodiscard]] store::RepositoryName repository() const {
    return {target_.registry, target_.repository};
  }
  [[nodiscard]] stats::RequestEvent& event() { return state_->event; }
  [[nodiscard]] const stats::RequestEvent& event() const { return state_->event; }
  [[nodiscard]] base::Wall::time_point began() const;
  /// By when the head of the answer has to go out, or a 404 in its place.
  [[nodiscard]] base::Deadline answer_by() const { return answer_by_; }

  /// Why, should the body break off: asked then, on the connection's thread.
  void if_broken(std::function<std::optional<stats::Reason>()> reason);

  /// Run with the row's id once it is recorded, on the connection's thread.
  void after_recorded(std::function<void(std::int64_t)> action);

  /// A whole small body: a manifest, a list.
  net::ServerResponse respond(int status, const std::string& type, std::string body);
  /// A blob, or the part of it that the request's Range asks for; event().outcome is set already.
  net::ServerResponse respond_blob(std::unique_ptr<store::BlobReader> reader);
  /// The same from any source that can begin at an offset. `size` is the whole blob's.
  using MakeSource =
      std::function<std::unique_ptr<net::BodySource>(std::uint64_t offset, std::uint64_t length)>;
  net::ServerResponse respond_blob(std::uint64_t size, const MakeSource& make_source);
  /// Only the size of a blob, to HEAD.
  net::ServerResponse respond_size(std::uint64_t size);
  /// An error in the distribution spec's form.
  net::ServerResponse respond_error(int status, std::string_view code, const std::string& message);
  /// 404, so that the client goes to the upstream registry itself; or, for a blob whose manifest
  /// was served, an error all the same.
  net::ServerResponse decline(stats::Outcome outcome, stats::Reason reason,
                              const std::string& detail);

 private:
  struct State {
    stats::RequestEvent event;
    base::Steady::time_point start;
    std::optional<base::Steady::time_point> first_byte;
    std::vector<std::function<void(std::int64_t)>> after;
    std::function<std::optional<stats::Reason>()> reason_if_broken;
  };
  class Timed;
  net::ServerResponse finish(net::ServerResponse response);

  Target target_;
  base::Deadline answer_by_;
  std::string range_;
  std::shared_ptr<State> state_;
  stats::Recorder& recorder_;
  base::Metrics& metrics_;
  const base::Clock& clock_;
};

}  // namespace ecrelay::proxy
