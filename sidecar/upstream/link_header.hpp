#pragma once

#include <optional>
#include <string_view>

#include "base/url.hpp"

namespace ecrelay::upstream {

/// The target of `<...>; rel="next"` in a Link header field (RFC 8288), seen from `from`; nothing
/// if there is none or it is no URL. Registries write it absolute (ECR) or as a path
/// (distribution).
std::optional<base::Url> next_link(const base::Url& from, std::string_view field);

}  // namespace ecrelay::upstream
