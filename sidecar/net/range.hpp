#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ecrelay::net {

/// What to send of a representation: all of it (200), a part (206) or nothing (416).
struct ByteRange {
  enum class Kind { Whole, Part, Unsatisfiable };
  Kind kind = Kind::Whole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  [[nodiscard]] int status() const;
  /// "bytes 0-9/500", or "bytes */500" where nothing can be sent. Not for Whole.
  [[nodiscard]] std::string content_range(std::uint64_t size) const;
};

/// The Range header field of RFC 9110 section 14 against a representation of `size` bytes. A single
/// range is honoured (an end past the last byte is clamped, a suffix longer than all means all of
/// it); several ranges, another unit or what does not parse count as no Range (14.2 allows it).
/// Pure.
ByteRange choose_range(std::string_view range_field, std::uint64_t size);

}  // namespace ecrelay::net
