#pragma once

// Within oci/ alone: it brings the JSON library with it.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::oci {

using Json = nlohmann::json;

/// A JSON object out of foreign bytes. Corrupt for more than `limit` bytes (looked at before
/// parsing), for nesting so deep that later recursion could end the stack, for anything that is not
/// an object. Never throws.
base::Result<Json> parse_foreign_object(std::string_view bytes, std::size_t limit,
                                        std::string_view what);

/// The member if `object` is an object that has it, else null.
const Json* member(const Json& object, const char* name);

/// The member if it is a string, else "".
std::string string_member(const Json& object, const char* name);

/// JSON text; bytes that are not UTF-8 are replaced. Never throws.
std::string to_text(const Json& document);

}  // namespace ecrelay::oci
