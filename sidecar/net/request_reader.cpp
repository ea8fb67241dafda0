#include "net/request_reader.hpp"

#include <cstdint>
#include <utility>

#include "base/strings.hpp"

namespace ecrelay::net {
namespace {

using Kind = IncomingRequest::Kind;

constexpr std::uint64_t kMaxBody = 64 * 1024;

IncomingRequest closed() {
  return {};
}

IncomingRequest refused(int status, std::string why) {
  IncomingRequest incoming;
  incoming.kind = Kind::Refuse;
  incoming.refusal = status;
  incoming.why = std::move(why);
  return incoming;
}

bool read_body(Connection& connection, const RequestHead& head, const ServerLimits& limits,
               std::string& body) {
  const auto expect = head.headers.joined("Expect");
  if (base::equals_ignoring_case(expect, "100-continue") &&
      !connection.write("HTTP/1.1 100 Continue\r\n\r\n", limits.write)) {
    return false;
  }
  return connection.read_body(body, static_cast<std::size_t>(head.content_length),
                              base::Deadline::after(limits.head)) == Connection::ReadEnd::Ok;
}

IncomingRequest take_request(Connection& connection, RequestHead head, const ServerLimits& limits) {
  IncomingRequest incoming;
  incoming.kind = Kind::Request;
  incoming.request = {head.method, head.target,         head.headers,
                      "",          BodyState::Complete, connection.listener()};
  if (head.chunked || head.content_length > kMaxBody) {
    incoming.request.body_state = BodyState::NotRead;
    head.keep_alive = false;
  } else if (head.content_length > 0 &&
             !read_body(connection, head, limits, incoming.request.body)) {
    return closed();
  }
  incoming.head = std::move(head);
  return incoming;
}

}  // namespace

IncomingRequest read_request(Connection& connection, const ServerLimits& limits) {
  std::string bytes;
  switch (connection.read_head(bytes, limits.head)) {
    case Connection::ReadEnd::Ok:
      break;
    case Connection::ReadEnd::Closed:
      return closed();
    case Connection::ReadEnd::TimedOut:
      return connection.has_buffered() ? refused(408, "the request took too long") : closed();
    case Connection::ReadEnd::TooLarge:
      return refused(431, "the request's head is larger than 64 KiB");
    case Connection::ReadEnd::NotHttp:
      // A TLS hello lands here: clients that try https first fall back only on an HTTP answer.
      return refused(400, "this port speaks plain HTTP");
  }
  auto parsed = parse_request_head(bytes);
  if (parsed.refusal != 0) {
    return refused(parsed.refusal, std::move(parsed.why));
  }
  return take_request(connection, std::move(parsed.head), limits);
}

}  // namespace ecrelay::net
