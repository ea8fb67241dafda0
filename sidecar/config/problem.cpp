#include "config/problem.hpp"

#include "base/strings.hpp"

namespace ecrelay::config {

std::string Problem::str() const {
  if (option.empty()) {
    return place + ": " + message;
  }
  return "--" + option + " (" + place + "): " + message;
}

std::string shown_value(std::string_view value) {
  const auto scheme_end = value.find("://");
  const auto query =
      scheme_end == std::string_view::npos ? scheme_end : value.find('?', scheme_end);
  std::string text(value.substr(0, query));
  if (const auto at = text.rfind('@'); at != std::string::npos) {
    const auto start = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
    text = at > start ? text.substr(0, start) + "***" + text.substr(at) : text;
  }
  return base::printable(text) + (query == std::string_view::npos ? "" : "?***");
}

std::string quoted_value(std::string_view value) {
  return "'" + shown_value(value) + "'";
}

}  // namespace ecrelay::config
