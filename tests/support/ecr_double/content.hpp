#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::ecr_double {

/// Bytes that many readers share: a string, or a file mapped into memory. Value type; a copy or a
/// slice keeps the bytes alive and costs nothing. Immutable, so safe to read from any thread.
class Content {
 public:
  Content() = default;
  explicit Content(std::string bytes);
  static base::Result<Content> map_file(const std::filesystem::path& path);

  [[nodiscard]] std::string_view view() const { return bytes_; }
  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }
  /// Clamped to what there is.
  [[nodiscard]] Content slice(std::uint64_t offset, std::uint64_t length) const;

 private:
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
};

}  // namespace ecrelay::ecr_double
