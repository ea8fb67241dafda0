#include "net/http_client.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "net/client_connections.hpp"
#include "net/exchange_watch.hpp"
#include "net/httplib_compat.hpp"

namespace ecrelay::net {
namespace {

constexpr auto kSinkBound = std::chrono::minutes(10);

const char* method_name(Method method) {
  switch (method) {
    case Method::Get:
      return "GET";
    case Method::Head:
      return "HEAD";
    case Method::Post:
      return "POST";
  }
  return "GET";
}

#if ECRELAY_HTTPLIB_DECODES_HEADERS
/// cpp-httplib 0.11.4 hands out header values percent-decoded, which breaks the signature of a
/// presigned URL (a%2Bb becomes a+b). Encoded again in AWS's canonical form (all but the unreserved
/// characters), a query is what its signer wrote; only an escaped delimiter inside a value (%26,
/// %23) cannot be told any more, and no signed URL has one.
std::string mended_location(const std::string& location) {
  const auto mark = location.find('?');
  auto mended = base::percent_encode(location.substr(0, mark), ":/[]@!$&'()*,;=");
  if (mark == std::string::npos) {
    return mended;
  }
  char separator = '?';
  for (const auto& pair : base::split(std::string_view(location).substr(mark + 1), '&')) {
    const auto equals = pair.find('=');
    mended += separator + base::percent_encode(pair.substr(0, equals));
    if (equals != std::string::npos) {
      mended += "=" + base::percent_encode(pair.substr(equals + 1));
    }
    separator = '&';
  }
  return mended;
}
#else
const std::string& mended_location(const std::string& location) {
  return location;
}
#endif

Headers own_headers(const httplib::Headers& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) {
    headers.add(name,
                base::equals_ignoring_case(name, "Location") ? mended_location(value) : value);
  }
  return headers;
}

base::Error transport_error(httplib::Error error, const base::Url& url) {
  using base::ErrorCode;
  const auto where = url.redacted();
  switch (error) {
    case httplib::Error::Connection:
      return {ErrorCode::Unavailable, where + ": cannot connect"};
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
      return {ErrorCode::Unavailable, where + ": TLS handshake failed"};
    case httplib::Error::SSLServerVerification:
      return {ErrorCode::Unavailable, where + ": the server's TLS certificate is not trusted"};
    case httplib::Error::Read:
      return {ErrorCode::Unavailable, where + ": the connection broke off"};
    case httplib::Error::Write:
      return {ErrorCode::Unavailable, where + ": the connection broke off while sending"};
    case httplib::Error::Canceled:
      return {ErrorCode::Canceled, where + ": canceled"};
    default:
      return {ErrorCode::Unavailable, where + ": " + httplib::to_string(error)};
  }
}

class BufferSink final : public ResponseSink {
 public:
  explicit BufferSink(std::size_t limit) : limit_(limit) {}
  bool on_head(int status, const Headers& headers) override {
    response.status = status;
    response.headers = headers;
    return true;
  }
  bool on_body(std::span<const std::byte> data) override {
    if (response.body.size() + data.size() > limit_) {
      overflow = true;
      return false;
    }
    response.body.append(reinterpret_cast<const char*>(data.data()), data.size());
    return true;
  }
  HttpResponse response;
  bool overflow = false;

 private:
  std::size_t limit_;
};

struct Exchange {
  base::Result<void> result;
  bool head_seen = false;
  bool reusable = false;
};

/// What a registry said (a token) goes into fields of ours: it must not begin a line of its own.
base::Result<void> check_fields(const HttpRequest& request) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
  for (const auto& [name, value] : request.headers) {
    if (std::any_of(name.begin(), name.end(), is_control) ||
        std::any_of(value.begin(), value.end(), is_control)) {
      return base::Error{base::ErrorCode::InvalidArgument,
                         request.url.redacted() + ": the request's header field " +
                             base::printable(name) + " holds a control character"};
    }
  }
  return {};
}

httplib::Request to_httplib(const HttpRequest& request) {
  httplib::Request raw;
  raw.method = method_name(request.method);
  raw.path = request.url.target();
  for (const auto& [name, value] : request.headers) {
    raw.headers.emplace(name, value);
  }
  if (!request.headers.has("Accept-Encoding")) {
    raw.headers.emplace("Accept-Encoding", "identity");
  }
  if (!request.headers.has("User-Agent")) {
    raw.headers.emplace("User-Agent", "ecrelay");
  }
  raw.body = request.body;
  return raw;
}

Exchange exchange(ExchangeWatch& watch, const ClientConnections::Lease& lease,
                  const HttpRequest& request, const HttpLimits& limits, ResponseSink& sink,
                  const std::stop_token& stop) {
  Exchange done;
  auto& client = lease.connection->client();
  client.set_connection_timeout(limits.connect);
  ExchangeWatch::Guard guard(watch, *lease.connection,
                             lease.reused ? std::chrono::milliseconds(0) : limits.connect,
                             limits.first_byte, stop);
  auto raw = to_httplib(request);
  raw.response_handler = [&](const httplib::Response& response) {
    done.head_seen = true;
    guard.extend(base::Deadline::after(limits.stall));
    return sink.on_head(response.status, own_headers(response.headers));
  };
  raw.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    guard.extend(base::Deadline::after(kSinkBound));  // a slow sink is not a stalled peer
    const bool go_on = sink.on_body(std::as_bytes(std::span(data, size)));
    guard.extend(base::Deadline::after(limits.stall));
    return go_on;
  };
  const auto result = client.send(raw);
  if (guard.cause() == ExchangeWatch::Cause::Stopped) {
    done.result = base::Error{base::ErrorCode::Canceled, request.url.redacted() + ": canceled"};
  } else if (guard.cause() == ExchangeWatch::Cause::Deadline) {
    done.result = base::Error{
        base::ErrorCode::Timeout,
        request.url.redacted() + (done.head_seen ? ": the body stalled" : ": no answer in time")};
  } else if (!result) {
    done.result = transport_error(result.error(), request.url);
  } else {
    // cpp-httplib gives the head of a response without a body only here.
    if (!done.head_seen && !sink.on_head(result->status, own_headers(result->headers))) {
      done.result = base::Error{base::ErrorCode::Canceled, request.url.redacted() + ": canceled"};
    }
    done.head_seen = true;
    done.reusable = !base::equals_ignoring_case(result->get_header_value("Connection"), "close");
  }
  return done;
}

}  // namespace

struct HttpClient::State {
  ClientConnections connections;
  ExchangeWatch watch;
};

HttpClient::HttpClient() : state_(std::make_unique<State>()) {}
HttpClient::~HttpClient() = default;

base::Result<void> HttpClient::stream(const HttpRequest& request, const HttpLimits& limits,
                                      ResponseSink& sink, std::stop_token stop) {
  ECRELAY_TRY_VOID(check_fields(request));
  auto lease = state_->connections.take(request.url);
  auto done = exchange(state_->watch, lease, request, limits, sink, stop);
  const bool went_stale = lease.reused && !done.head_seen && !done.result.ok() &&
                          done.result.error().code == base::ErrorCode::Unavailable;
  if (went_stale) {
    lease = ClientConnections::make(request.url);
    done = exchange(state_->watch, lease, request, limits, sink, stop);
  }
  if (done.result.ok() && done.reusable) {
    state_->connections.give_back(request.url, std::move(lease.connection));
  }
  return done.result;
}

base::Result<HttpResponse> HttpClient::fetch(const HttpRequest& request, const HttpLimits& limits,
                                             std::stop_token stop) {
  BufferSink sink(limits.max_body);
  auto result = stream(request, limits, sink, std::move(stop));
  if (sink.overflow) {
    return base::Error{base::ErrorCode::Corrupt, request.url.redacted() +
                                                     ": the answer is larger than " +
                                                     std::to_string(limits.max_body) + " bytes"};
  }
  if (!result.ok()) {
    return result.error();
  }
  return std::move(sink.response);
}

}  // namespace ecrelay::net
