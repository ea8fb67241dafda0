#include "net/redirect.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace ecrelay::net {
namespace {

constexpr int kMaxRedirects = 5;
constexpr std::size_t kMaxSwallowed = 64 * 1024;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Passes a final response on; keeps the Location of a redirect and swallows its body.
class HopSink final : public ResponseSink {
 public:
  explicit HopSink(ResponseSink& final_sink) : final_(final_sink) {}
  bool on_head(int status, const Headers& headers) override {
    if (is_redirect(status)) {
      location = headers.get("Location");
    }
    return location.has_value() || final_.on_head(status, headers);
  }
  bool on_body(std::span<const std::byte> data) override {
    if (!location) {
      return final_.on_body(data);
    }
    swallowed_ += data.size();
    return !cut_short();
  }
  /// Read to its end, the body leaves the connection usable; a long one is not worth it.
  [[nodiscard]] bool cut_short() const { return swallowed_ > kMaxSwallowed; }
  std::optional<std::string> location;

 private:
  ResponseSink& final_;
  std::size_t swallowed_ = 0;
};

base::Result<base::Url> next_hop(const base::Url& from, const std::string& location) {
  auto next = from.resolve(location);
  if (!next.ok()) {
    return next.error().within(from.redacted() + ": redirect");
  }
  if (from.scheme == "https" && next->scheme == "http") {
    return base::Error{
        base::ErrorCode::PermissionDenied,
        from.redacted() + ": refused to follow a redirect from https to " + next->redacted()};
  }
  return next;
}

}  // namespace

base::Result<void> stream_following(HttpClient& client, HttpRequest request,
                                    const HttpLimits& limits, ResponseSink& sink,
                                    const std::function<void(const base::Url&)>& on_redirect,
                                    const std::stop_token& stop) {
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    HopSink hop_sink(sink);
    auto streamed = client.stream(request, limits, hop_sink, stop);
    if (!streamed.ok() && !hop_sink.cut_short()) {
      return streamed;
    }
    if (!hop_sink.location) {
      return {};
    }
    ECRELAY_TRY(auto next, next_hop(request.url, *hop_sink.location));
    if (next.origin() != request.url.origin()) {
      request.headers.remove("Authorization");
      request.headers.remove("Cookie");
    }
    on_redirect(next);
    request.url = std::move(next);
  }
  return base::Error{base::ErrorCode::Unavailable,
                     request.url.redacted() + ": more than 5 redirects"};
}

}  // namespace ecrelay::net
