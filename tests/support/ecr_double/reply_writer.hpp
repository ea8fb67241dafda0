#pragma once

#include <httplib.h>

#include <chrono>
#include <cstdint>
#include <string_view>

#include "support/ecr_double/connection.hpp"
#include "support/ecr_double/faults.hpp"
#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/pause.hpp"
#include "support/ecr_double/request_log.hpp"

namespace ecrelay::ecr_double {

/// Sends one reply's body as cpp-httplib asks for it: at the reply's pace, with its fault. Used by
/// the connection's thread; what it refers to outlives the response.
class ReplyWriter {
 public:
  ReplyWriter(Reply reply, Fault fault, Connection& connection, RequestLog& log,
              std::uint64_t log_entry, Pause& pause);

  /// A content provider of cpp-httplib: false ends the connection.
  bool send(httplib::DataSink& sink);

 private:
  bool send_piece(httplib::DataSink& sink, std::string_view piece);
  bool keep_pace();
  [[nodiscard]] std::uint64_t limit() const;

  Reply reply_;
  Fault fault_;
  Connection& connection_;
  RequestLog& log_;
  std::uint64_t log_entry_;
  Pause& pause_;
  std::uint64_t sent_ = 0;
  std::chrono::steady_clock::time_point start_;
};

/// Breaks the connection as the fault says, before or after the head.
void break_connection(Connection& connection, Breakage breakage);

}  // namespace ecrelay::ecr_double
