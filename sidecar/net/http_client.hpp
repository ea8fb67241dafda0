#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "net/headers.hpp"

namespace ecrelay::net {

enum class Method { Get, Head, Post };

struct HttpRequest {
  Method method = Method::Get;
  base::Url url;
  Headers headers;   ///< Host, Content-Length and Accept-Encoding: identity are added
  std::string body;  ///< of a POST
};

/// How long each step of one exchange may take. The defaults are the bounds of the design.
struct HttpLimits {
  std::chrono::milliseconds connect{3000};
  std::chrono::milliseconds first_byte{15000};  ///< from the request to the response's head
  std::chrono::milliseconds stall{10000};       ///< between two pieces of the body
  std::size_t max_body = std::size_t{8} << 20;  ///< bytes, of fetch() alone
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

/// Takes a response piece by piece, on the calling thread. A false ends the exchange: stream() then
/// returns Canceled.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual bool on_head(int status, const Headers& headers) = 0;
  virtual bool on_body(std::span<const std::byte> data) = 0;
};

/// HTTP/1.1 client with a pool of connections per origin. Never follows a redirect (net/redirect
/// does), never decompresses, verifies TLS. A request that dies on a kept-alive connection before
/// the response's head is sent once more on a new one. Errors are Unavailable (connect, TLS, reset,
/// a body shorter than its Content-Length), Timeout, Canceled (sink or stop token), and for fetch()
/// Corrupt (larger than max_body), InvalidArgument (a header field with a control character); an
/// HTTP status is never an error here. The program has to ignore SIGPIPE. Thread-safe.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  base::Result<HttpResponse> fetch(const HttpRequest& request, const HttpLimits& limits = {},
                                   std::stop_token stop = {});
  /// Ok once the whole body went into the sink.
  base::Result<void> stream(const HttpRequest& request, const HttpLimits& limits,
                            ResponseSink& sink, std::stop_token stop = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ecrelay::net
