#include "upstream/link_header.hpp"

#include "base/strings.hpp"

namespace ecrelay::upstream {

std::optional<base::Url> next_link(const base::Url& from, std::string_view field) {
  while (true) {
    const auto open = field.find('<');
    const auto close = field.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return std::nullopt;
    }
    const auto target = field.substr(open + 1, close - open - 1);
    const auto after = field.substr(close + 1);
    const auto parameters = after.substr(0, after.find('<'));
    if (base::contains_ignoring_case(parameters, "rel=\"next\"") ||
        base::contains_ignoring_case(parameters, "rel=next")) {
      auto url = from.resolve(target);
      return url.ok() ? std::optional(*url) : std::nullopt;
    }
    field = after;
  }
}

}  // namespace ecrelay::upstream
