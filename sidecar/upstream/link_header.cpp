#include "upstream/link_header.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ecrelay::upstream {
namespace {

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// Whether one of the parameters behind a target is `rel` with "next" among its words.
bool says_next(std::string_view parameters) {
  for (const auto& link_parameter : base::split(parameters, ';')) {
    const auto equals = std::min(link_parameter.find('='), link_parameter.size());
    const auto name = base::trim(std::string_view(link_parameter).substr(0, equals));
    if (equals == link_parameter.size() || !base::equals_ignoring_case(name, "rel")) {
      continue;
    }
    const auto words =
        base::split(unquoted(base::trim(std::string_view(link_parameter).substr(equals + 1))), ' ');
    return std::any_of(words.begin(), words.end(),
                       [](const auto& word) { return base::equals_ignoring_case(word, "next"); });
  }
  return false;
}

}  // namespace

std::optional<base::Url> next_link(const base::Url& from, std::string_view field) {
  while (true) {
    const auto open = field.find('<');
    const auto close = field.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return std::nullopt;
    }
    const auto target = field.substr(open + 1, close - open - 1);
    field = field.substr(close + 1);
    const auto parameters = field.substr(0, field.find_first_of(",<"));
    if (says_next(parameters)) {
      auto url = from.resolve(target);
      return url.ok() ? std::optional(*url) : std::nullopt;
    }
  }
}

}  // namespace ecrelay::upstream
