#pragma once

#include <functional>
#include <stop_token>

#include "net/http_client.hpp"

namespace ecrelay::net {

/// Sends a GET and follows redirects (301, 302, 303, 307, 308; at most 5) by our own rules: another
/// origin never sees Authorization or Cookie (S3 refuses a presigned URL that comes with one),
/// https never leads to http. The sink sees the last response alone. `on_redirect` is told each new
/// URL before it is asked. Errors as HttpClient::stream(), and PermissionDenied for a refused
/// redirect.
base::Result<void> stream_following(HttpClient& client, HttpRequest request,
                                    const HttpLimits& limits, ResponseSink& sink,
                                    const std::function<void(const base::Url&)>& on_redirect,
                                    const std::stop_token& stop);

}  // namespace ecrelay::net
