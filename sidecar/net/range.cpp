#include "net/range.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ecrelay::net {

int ByteRange::status() const {
  switch (kind) {
    case Kind::Whole:
      return 200;
    case Kind::Part:
      return 206;
    case Kind::Unsatisfiable:
      return 416;
  }
  return 200;
}

std::string ByteRange::content_range(std::uint64_t size) const {
  const auto total = "/" + std::to_string(size);
  if (kind == Kind::Unsatisfiable) {
    return "bytes *" + total;
  }
  return "bytes " + std::to_string(offset) + "-" + std::to_string(offset + length - 1) + total;
}

ByteRange choose_range(std::string_view range_field, std::uint64_t size) {
  const ByteRange whole{ByteRange::Kind::Whole, 0, size};
  const auto equals = range_field.find('=');
  if (equals == std::string_view::npos ||
      !base::equals_ignoring_case(base::trim(range_field.substr(0, equals)), "bytes")) {
    return whole;
  }
  const auto spec = base::trim(range_field.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) {
    return whole;
  }
  const auto first = base::parse_uint(spec.substr(0, dash));
  const auto last = base::parse_uint(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) {
      return whole;
    }
    const auto length = std::min(*last, size);
    return length == 0 ? ByteRange{ByteRange::Kind::Unsatisfiable, 0, 0}
                       : ByteRange{ByteRange::Kind::Part, size - length, length};
  }
  const bool open_ended = dash + 1 == spec.size();
  if (!first || (!open_ended && (!last || *last < *first))) {
    return whole;
  }
  if (*first >= size) {
    return {ByteRange::Kind::Unsatisfiable, 0, 0};
  }
  const auto end = open_ended ? size : std::min(*last, size - 1) + 1;
  return {ByteRange::Kind::Part, *first, end - *first};
}

}  // namespace ecrelay::net
