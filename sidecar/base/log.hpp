#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace ecrelay::base {

enum class LogLevel { Trace, Debug, Info, Warn, Error, Off };
enum class LogFormat { Text, Json };

Result<LogLevel> parse_log_level(std::string_view text);
Result<LogFormat> parse_log_format(std::string_view text);

/// Where log lines go: `file` is appended to; empty means standard error. Call once, before threads
/// start; without a call, Info and above go to standard error as text.
struct LogOptions {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Text;
  std::string file;
};
Result<void> configure_log(const LogOptions& options);

using LogField = std::pair<std::string_view, std::string>;
using LogFields = std::initializer_list<LogField>;

/// One line: a constant message for a person, then the figures as fields (key=value in text,
/// members in JSON). Thread-safe. Neither may hold a secret, a token or a URL's query.
void log(LogLevel level, std::string_view message, LogFields fields = {});
[[nodiscard]] bool log_enabled(LogLevel level);

inline void log_debug(std::string_view message, LogFields fields = {}) {
  if (log_enabled(LogLevel::Debug)) {
    log(LogLevel::Debug, message, fields);
  }
}
inline void log_info(std::string_view message, LogFields fields = {}) {
  log(LogLevel::Info, message, fields);
}
inline void log_warn(std::string_view message, LogFields fields = {}) {
  log(LogLevel::Warn, message, fields);
}
inline void log_error(std::string_view message, LogFields fields = {}) {
  log(LogLevel::Error, message, fields);
}

}  // namespace ecrelay::base
