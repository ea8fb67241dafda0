#include "net/redirect.hpp"

#include <optional>
#include <utility>

namespace ecrelay::net {
namespace {

constexpr int kMaxRedirects = 5;

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
    return location.has_value() || final_.on_body(data);
  }
  std::optional<std::string> location;

 private:
  ResponseSink& final_;
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
    ECRELAY_TRY_VOID(client.stream(request, limits, hop_sink, stop));
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
