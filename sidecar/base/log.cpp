#include "base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>

#include "base/strings.hpp"

namespace ecrelay::base {
namespace {

struct LevelName {
  LogLevel level;
  std::string_view name;
  spdlog::level::level_enum spdlog_level;
};
constexpr std::array<LevelName, 6> kLevels = {{
    {LogLevel::Trace, "trace", spdlog::level::trace},
    {LogLevel::Debug, "debug", spdlog::level::debug},
    {LogLevel::Info, "info", spdlog::level::info},
    {LogLevel::Warn, "warn", spdlog::level::warn},
    {LogLevel::Error, "error", spdlog::level::err},
    {LogLevel::Off, "off", spdlog::level::off},
}};

std::atomic<LogFormat> g_format{LogFormat::Text};

const LevelName& level_row(LogLevel level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::shared_ptr<spdlog::logger>& sink() {
  static auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("ecrelay",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return logger;
}

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", byte);
      result += escape.data();
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string text_value(std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\n\r\t") == std::string_view::npos;
  return plain ? std::string(value) : json_string(value);
}

}  // namespace

Result<LogLevel> parse_log_level(std::string_view text) {
  for (const auto& row : kLevels) {
    if (row.name == text) {
      return row.level;
    }
  }
  return Error{ErrorCode::InvalidArgument,
               "'" + printable(text) +
                   "' is not a log level; use trace, debug, info, warn, "
                   "error or off"};
}

Result<LogFormat> parse_log_format(std::string_view text) {
  if (text == "text") {
    return LogFormat::Text;
  }
  if (text == "json") {
    return LogFormat::Json;
  }
  return Error{ErrorCode::InvalidArgument,
               "'" + printable(text) + "' is not a log format; use text or json"};
}

Result<void> configure_log(const LogOptions& options) {
  if (!options.file.empty()) {
    try {
      sink() = std::make_shared<spdlog::logger>(
          "ecrelay", std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
      sink()->flush_on(spdlog::level::info);
    } catch (const spdlog::spdlog_ex& failure) {
      return Error{ErrorCode::Io, failure.what()};
    }
  }
  g_format = options.format;
  if (options.format == LogFormat::Json) {
    sink()->set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v}",
                        spdlog::pattern_time_type::utc);
  } else {
    sink()->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  }
  sink()->set_level(level_row(options.level).spdlog_level);
  return {};
}

bool log_enabled(LogLevel level) {
  return sink()->should_log(level_row(level).spdlog_level);
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!log_enabled(level)) {
    return;
  }
  std::string line;
  if (g_format == LogFormat::Json) {
    line = "\"message\":" + json_string(message);
    for (const auto& [key, value] : fields) {
      line += "," + json_string(key) + ":" + json_string(value);
    }
  } else {
    line = message;
    for (const auto& [key, value] : fields) {
      line += " " + std::string(key) + "=" + text_value(value);
    }
  }
  sink()->log(level_row(level).spdlog_level, "{}", line);
}

}  // namespace ecrelay::base
