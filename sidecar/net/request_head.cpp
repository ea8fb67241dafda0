#include "net/request_head.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"

namespace ecrelay::net {
namespace {

constexpr std::size_t kMaxFields = 200;

ParsedHead refuse(int status, std::string why) {
  return {status, std::move(why), {}};
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
  });
}

/// An empty text where all is well.
std::string parse_request_line(std::string_view line, RequestHead& head, bool& http_1_0) {
  const auto parts = base::split(line, ' ');
  if (parts.size() != 3 || !is_token(parts[0])) {
    return "the request line is not METHOD TARGET VERSION";
  }
  if (parts[1].empty() || parts[1].front() != '/' || !is_visible(parts[1])) {
    return "the request target has to be a path";
  }
  if (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0") {
    return "only HTTP/1.1 and HTTP/1.0 are spoken here";
  }
  head.method = parts[0];
  head.target = parts[1];
  http_1_0 = parts[2] == "HTTP/1.0";
  return {};
}

std::string parse_field(std::string_view line, Headers& headers) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return "a header field has no proper name";
  }
  const auto value = base::trim(line.substr(colon + 1));
  if (!is_field_value(value)) {
    return "a header field holds a control character";
  }
  headers.add(std::string(line.substr(0, colon)), std::string(value));
  return {};
}

std::size_t count(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(),
      [&](const auto& field) { return base::equals_ignoring_case(field.first, name); }));
}

std::string check_framing(RequestHead& head, bool http_1_0) {
  const auto& headers = head.headers;
  if (count(headers, "Host") > 1 || (!http_1_0 && count(headers, "Host") == 0)) {
    return "exactly one Host header field is needed";
  }
  const auto lengths = count(headers, "Content-Length");
  const auto codings = count(headers, "Transfer-Encoding");
  if (lengths > 1 || codings > 1 || (lengths == 1 && codings == 1)) {
    return "the length of the body is given twice";
  }
  if (codings == 1) {
    if (http_1_0 || !base::equals_ignoring_case(*headers.get("Transfer-Encoding"), "chunked")) {
      return "only the transfer coding chunked is known";
    }
    head.chunked = true;
  }
  if (lengths == 1) {
    const auto length = base::parse_uint(*headers.get("Content-Length"));
    if (!length) {
      return "Content-Length is not a number";
    }
    head.content_length = *length;
  }
  const bool has_body = head.chunked || head.content_length > 0;
  if (has_body && (head.method == "GET" || head.method == "HEAD")) {
    return "a " + head.method + " has no body";
  }
  return {};
}

}  // namespace

ParsedHead parse_request_head(std::string_view bytes) {
  ParsedHead parsed;
  auto& head = parsed.head;
  bool http_1_0 = false;
  std::size_t fields = 0;
  bool first = true;
  while (true) {
    const auto end = bytes.find("\r\n");
    const auto line = bytes.substr(0, end);
    if (end == std::string_view::npos || line.find_first_of("\r\n") != std::string_view::npos) {
      return refuse(400, "a line does not end in CR LF");
    }
    bytes.remove_prefix(end + 2);
    if (line.empty()) {
      break;
    }
    auto why = first ? parse_request_line(line, head, http_1_0) : parse_field(line, head.headers);
    if (!why.empty()) {
      return refuse(400, std::move(why));
    }
    if (!first && ++fields > kMaxFields) {
      return refuse(400, "more than " + std::to_string(kMaxFields) + " header fields");
    }
    first = false;
  }
  if (first) {
    return refuse(400, "an empty request");
  }
  if (auto why = check_framing(head, http_1_0); !why.empty()) {
    return refuse(400, std::move(why));
  }
  const auto connection = head.headers.joined("Connection");
  head.keep_alive = http_1_0 ? base::contains_ignoring_case(connection, "keep-alive")
                             : !base::contains_ignoring_case(connection, "close");
  return parsed;
}

}  // namespace ecrelay::net
