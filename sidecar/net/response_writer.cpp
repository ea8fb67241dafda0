#include "net/response_writer.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "net/httplib_compat.hpp"

namespace ecrelay::net {
namespace {

// Measured: 256 KiB a write serve a blob at half the CPU of 16 KiB.
constexpr std::size_t kPiece = 256 * 1024;
constexpr int kNoContent = 204;

/// The response under way on this thread, for cpp-httplib's handler to find.
struct Outgoing {
  ServerResponse& response;
  std::uint64_t length;
  std::uint64_t sent = 0;
  BodyEnd end = BodyEnd::Whole;
};
thread_local Outgoing* t_outgoing = nullptr;

/// What cpp-httplib sees of a connection: a request line that it need not doubt (the real head was
/// parsed by parse_request_head), and the socket to write to.
class ResponseStream final : public httplib::Stream {
 public:
  ResponseStream(Connection& connection, bool head_only, std::chrono::milliseconds limit)
      : connection_(connection),
        limit_(limit),
        head_(std::string(head_only ? "HEAD" : "GET") + " / HTTP/1.1\r\nHost: relay\r\n\r\n") {}

  bool is_readable() const override { return position_ < head_.size(); }
  bool is_writable() const override { return true; }  // write() waits
  ssize_t read(char* data, size_t size) override {
    const auto piece = std::min(size, head_.size() - position_);
    std::copy_n(head_.data() + position_, piece, data);
    position_ += piece;
    return static_cast<ssize_t>(piece);
  }
  ssize_t write(const char* data, size_t size) override {
    return connection_.write({data, size}, limit_) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  int socket() const override { return connection_.fd(); }
  // Pure in later versions, absent in earlier ones: no `override`.
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  time_t duration() const { return 0; }

 private:
  Connection& connection_;
  std::chrono::milliseconds limit_;
  std::string head_;
  std::size_t position_ = 0;
};

/// Sends the next piece of a source; false cuts the connection.
bool send_piece(Outgoing& out, httplib::DataSink& sink) {
  thread_local std::vector<std::byte> buffer(kPiece);
  const auto want = std::min<std::uint64_t>(kPiece, out.length - out.sent);
  auto got = out.response.source->read(std::span(buffer).first(static_cast<std::size_t>(want)));
  if (!got.ok() || *got == 0) {
    out.end = BodyEnd::SourceFailed;
    return false;
  }
  if (!sink.write(reinterpret_cast<const char*>(buffer.data()), *got)) {
    out.end = BodyEnd::ClientLeft;
    return false;
  }
  out.sent += *got;
  return true;
}

bool send_body(Outgoing& out, httplib::DataSink& sink) {
  if (!out.response.source && out.sent < out.length) {
    if (!sink.write(out.response.body.data(), out.response.body.size())) {
      out.end = BodyEnd::ClientLeft;
      return false;
    }
    out.sent = out.length;
  }
  while (out.sent < out.length) {
    if (!send_piece(out, sink)) {
      return false;
    }
  }
  sink.done();
  return true;
}

/// Whether a field stays one line. What comes from a registry may not: cpp-httplib 0.11.4 decodes
/// %0D%0A in the values that it reads.
bool is_safe(std::string_view name, std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
  return !name.empty() && name.find(':') == std::string_view::npos &&
         std::none_of(name.begin(), name.end(), is_control) &&
         std::none_of(value.begin(), value.end(), is_control);
}

httplib::Server::HandlerResponse fill(const httplib::Request& /*request*/, httplib::Response& raw) {
  auto& out = *t_outgoing;
  raw.status = out.response.status;
  std::string type = "application/octet-stream";
  for (const auto& [name, value] : out.response.headers) {
    if (!is_safe(name, value)) {
      base::log_warn("a response header field with control characters was left out",
                     {{"name", base::printable(name)}});
    } else if (base::equals_ignoring_case(name, "Content-Type")) {
      type = value;
    } else {
      raw.headers.emplace(name, value);
    }
  }
  if (raw.status != kNoContent) {  // RFC 9110 8.6
    raw.headers.emplace("Content-Length", std::to_string(out.length));
  }
  // The provider without a length: the library neither compresses it nor slices it for a Range.
  raw.set_content_provider(
      type, [&out](size_t, httplib::DataSink& sink) { return send_body(out, sink); });
  return httplib::Server::HandlerResponse::Handled;
}

}  // namespace

struct ResponseWriter::State {
  RequestServer server;
};

ResponseWriter::ResponseWriter() : state_(std::make_unique<State>()) {
  state_->server.set_pre_routing_handler(fill);
  state_->server.set_keep_alive_max_count(1'000'000);
  state_->server.set_keep_alive_timeout(60);
  // The library makes its static tables at the first answer: now, before threads share them.
  Connection nobody(base::UniqueFd(), nullptr);
  write(nobody, RequestHead{.method = "GET"}, ServerResponse{}, std::chrono::milliseconds(0));
}

ResponseWriter::~ResponseWriter() = default;

bool ResponseWriter::write(Connection& connection, const RequestHead& head, ServerResponse response,
                           std::chrono::milliseconds limit) {
  Outgoing out{response, response.source ? response.source_length : response.body.size()};
  t_outgoing = &out;
  ResponseStream stream(connection, head.method == "HEAD", limit);
  bool connection_closed = false;
  bool written = false;
  try {
    written = state_->server.answer(stream, !head.keep_alive, connection_closed,
                                    [](httplib::Request&) {});
  } catch (const std::exception& failure) {
    base::log_error("sending a response threw: this is a bug", {{"what", failure.what()}});
    out.end = BodyEnd::SourceFailed;
  }
  t_outgoing = nullptr;
  if (!written && out.end == BodyEnd::Whole) {
    out.end = BodyEnd::ClientLeft;
  }
  if (response.on_sent) {
    response.on_sent(out.sent, out.end);
  }
  return written && out.end == BodyEnd::Whole;
}

}  // namespace ecrelay::net
