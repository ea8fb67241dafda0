#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecrelay::support {

/// How an exchange ended, as a socket sees it.
enum class Ending {
  Complete,  ///< all that Content-Length promised, then FIN
  Short,     ///< FIN before that
  Reset,     ///< RST
  TimedOut,  ///< nothing for the whole timeout
  Refused,   ///< no connection
};

struct RawRequest {
  std::string method = "GET";
  std::string url;  ///< "http://127.0.0.1:4711/path?query"; sent as written
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{10000};
};

struct RawAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< as it came: chunked stays chunked
  Ending ending = Ending::Refused;

  /// Every field of that name joined with ", ".
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// One request over a connection of its own, by a client that decodes, follows and mends nothing:
/// a test sees what the server really sent. Host and Connection: close are added.
RawAnswer send_raw(const RawRequest& request);

/// Status line and header fields alone; status 0 where it is none.
RawAnswer parse_answer_head(std::string_view head);

/// "127.0.0.1:4711" of a URL.
std::string authority_of(const std::string& url);

}  // namespace ecrelay::support
