#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace ecrelay::stats {

/// A JSON value (RFC 8259); members keep their order. Value type, copied deep. Text that is not
/// UTF-8 is mended when it is printed. What is asked of a value of another type is not there.
class Json {
 public:
  enum class Layout { Compact, Indented };
  using Member = std::pair<std::string, Json>;

  Json();  ///< null
  Json(std::string_view text);
  Json(const std::string& text) : Json(std::string_view(text)) {}
  Json(const char* text) : Json(std::string_view(text)) {}
  template <typename T>
  requires std::is_arithmetic_v<T> Json(T value) : Json(scalar(value)) {}
  static Json object(std::initializer_list<Member> members = {});
  static Json array(const std::vector<Json>& items = {});
  /// Null where there is no value.
  template <typename T>
  static Json optional(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
  }
  /// Null for empty text.
  static Json text_or_null(std::string_view text);

  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  /// InvalidArgument with the position of what is wrong; nesting beyond 100 levels is refused.
  static base::Result<Json> parse(std::string_view text);
  [[nodiscard]] std::string dump(Layout layout = Layout::Compact) const;

  /// Adds a member, or replaces it; on null it begins an object.
  Json& set(std::string_view key, Json value);
  /// Adds an item; on null it begins an array.
  Json& push(Json value);

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool has(std::string_view key) const;
  /// The member, or null.
  [[nodiscard]] Json get(std::string_view key) const;
  [[nodiscard]] std::vector<Json> items() const;
  [[nodiscard]] std::vector<Member> members() const;
  [[nodiscard]] std::optional<std::string> as_string() const;
  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  [[nodiscard]] std::optional<double> as_real() const;
  [[nodiscard]] std::optional<bool> as_bool() const;

  bool operator==(const Json& other) const;

 private:
  struct Value;
  using Scalar = std::variant<bool, std::int64_t, double>;
  template <typename T>
  static Scalar scalar(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<std::int64_t>(value);
    } else {
      return static_cast<double>(value);
    }
  }
  explicit Json(Scalar scalar);
  explicit Json(Value value);
  std::unique_ptr<Value> value_;
};

}  // namespace ecrelay::stats
