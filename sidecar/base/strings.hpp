#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ecrelay::base {

// Small text functions, ASCII only (never the locale's). All pure and thread-safe.

/// "a,b,,c" by ',' gives a, b, "", c; an empty text gives one empty piece.
std::vector<std::string> split(std::string_view text, char separator);
/// Without spaces and tabs (and CR, LF) at both ends.
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view part);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Decimal digits alone, the whole text; nothing on an empty text, a sign, or overflow.
std::optional<std::uint64_t> parse_uint(std::string_view text);

std::string to_hex(std::span<const std::uint8_t> bytes);
/// 0 to 15, or -1; upper-case digits are refused.
int lower_hex_value(char digit);

/// RFC 3986 percent-encoding: all but the unreserved characters (and `keep`), upper-case hex.
std::string percent_encode(std::string_view text, std::string_view keep = "");
/// Nothing on a broken escape. '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);

/// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

/// Foreign text made safe for a message: control characters become '?', cut at 200 bytes.
std::string printable(std::string_view text);
/// The same, cut at `limit` bytes.
std::string printable(std::string_view text, std::size_t limit);

}  // namespace ecrelay::base
