#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecrelay::net {

/// HTTP header fields in their order, names compared without case (RFC 9110 section 5). Value type.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value);
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  /// The first value, or nothing.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  /// Every value joined with ", ", as RFC 9110 5.3 allows; empty if there is none.
  [[nodiscard]] std::string joined(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace ecrelay::net
