#pragma once

// Within aws/ alone: it brings the JSON library with it.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ecrelay::aws {

using Json = nlohmann::json;

/// A JSON object out of a reply, else Corrupt. Never throws.
base::Result<Json> parse_object(std::string_view bytes, std::string_view what);

/// The member if `object` is an object that has it, else null.
const Json* member(const Json& object, const char* name);

/// The member if it is a string, else "".
std::string string_member(const Json& object, const char* name);

/// AWS's JSON 1.1 timestamp: a number of seconds since the epoch, perhaps with a fraction or an
/// exponent.
std::optional<base::Wall::time_point> time_member(const Json& object, const char* name);

/// JSON text of a request. Bytes that are not UTF-8 are replaced; never throws.
std::string to_text(const Json& document);

}  // namespace ecrelay::aws
