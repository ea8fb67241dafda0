#include "stats/json_document.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>

namespace ecrelay::stats {
namespace {

using Library = nlohmann::ordered_json;

/// Copying and printing recurse, so foreign text may not nest as deep as it likes.
bool nests_too_deep(std::string_view text) {
  constexpr int kDeepest = 100;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) {
        return true;
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

struct Json::Value {
  Library json;
};

Json::Json() : value_(std::make_unique<Value>()) {}
Json::Json(std::string_view text) : Json(Value{Library(std::string(text))}) {}
Json::Json(Scalar scalar)
    : Json(Value{std::visit([](auto value) { return Library(value); }, scalar)}) {}
Json::Json(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
Json::Json(const Json& other) : Json(*other.value_) {}
Json::Json(Json&& other) noexcept : Json() {
  std::swap(value_, other.value_);
}
Json& Json::operator=(const Json& other) {
  if (this != &other) {
    *value_ = *other.value_;
  }
  return *this;
}
Json& Json::operator=(Json&& other) noexcept {
  std::swap(value_, other.value_);
  return *this;
}
Json::~Json() = default;

Json Json::object(std::initializer_list<Member> members) {
  Json json(Value{Library::object()});
  for (const auto& [key, value] : members) {
    json.set(key, value);
  }
  return json;
}

Json Json::array(const std::vector<Json>& items) {
  Json json(Value{Library::array()});
  for (const auto& item : items) {
    json.push(item);
  }
  return json;
}

Json Json::text_or_null(std::string_view text) {
  return text.empty() ? Json() : Json(text);
}

base::Result<Json> Json::parse(std::string_view text) {
  if (nests_too_deep(text)) {
    return base::Error{base::ErrorCode::InvalidArgument, "JSON is nested too deep"};
  }
  try {
    return Json(Value{Library::parse(text)});
  } catch (const Library::parse_error& error) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "not valid JSON at byte " + std::to_string(error.byte)};
  } catch (const Library::exception&) {
    return base::Error{base::ErrorCode::InvalidArgument, "JSON has a number out of range"};
  }
}

std::string Json::dump(Layout layout) const {
  return value_->json.dump(layout == Layout::Indented ? 2 : -1, ' ', false,
                           Library::error_handler_t::replace);
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) {
    value_->json = Library::object();
  }
  if (is_object()) {
    value_->json[std::string(key)] = std::move(value.value_->json);
  }
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) {
    value_->json = Library::array();
  }
  if (is_array()) {
    value_->json.push_back(std::move(value.value_->json));
  }
  return *this;
}

bool Json::is_null() const {
  return value_->json.is_null();
}
bool Json::is_object() const {
  return value_->json.is_object();
}
bool Json::is_array() const {
  return value_->json.is_array();
}

bool Json::has(std::string_view key) const {
  return is_object() && value_->json.contains(std::string(key));
}

Json Json::get(std::string_view key) const {
  return has(key) ? Json(Value{value_->json.at(std::string(key))}) : Json();
}

std::vector<Json> Json::items() const {
  std::vector<Json> result;
  if (is_array()) {
    for (const auto& item : value_->json) {
      result.push_back(Json(Value{item}));
    }
  }
  return result;
}

std::vector<Json::Member> Json::members() const {
  std::vector<Member> result;
  if (is_object()) {
    for (const auto& [key, value] : value_->json.items()) {
      result.emplace_back(key, Json(Value{value}));
    }
  }
  return result;
}

std::optional<std::string> Json::as_string() const {
  const auto* text = value_->json.get_ptr<const std::string*>();
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<std::int64_t> Json::as_int() const {
  const auto& json = value_->json;
  if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() >> 63)) {
    return std::nullopt;
  }
  return json.get<std::int64_t>();
}

std::optional<double> Json::as_real() const {
  return value_->json.is_number() ? std::optional(value_->json.get<double>()) : std::nullopt;
}

std::optional<bool> Json::as_bool() const {
  const auto* value = value_->json.get_ptr<const bool*>();
  return value == nullptr ? std::nullopt : std::optional(*value);
}

bool Json::operator==(const Json& other) const {
  return value_->json == other.value_->json;
}

}  // namespace ecrelay::stats
