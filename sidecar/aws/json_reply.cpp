#include "aws/json_reply.hpp"

#include <chrono>

namespace ecrelay::aws {

base::Result<Json> parse_object(std::string_view bytes, std::string_view what) {
  auto document = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return base::Error{base::ErrorCode::Corrupt, std::string(what) + ": not a JSON object"};
  }
  return document;
}

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) {
    return nullptr;
  }
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string string_member(const Json& object, const char* name) {
  const auto* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<base::Wall::time_point> time_member(const Json& object, const char* name) {
  constexpr double kYear2200 = 7258118400;  // far from where the conversion would overflow
  const auto* value = member(object, name);
  if (value == nullptr || !value->is_number()) {
    return std::nullopt;
  }
  const auto seconds = value->get<double>();
  if (!(seconds >= 0 && seconds < kYear2200)) {
    return std::nullopt;
  }
  return base::Wall::time_point(
      std::chrono::duration_cast<base::Wall::duration>(std::chrono::duration<double>(seconds)));
}

std::string to_text(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ecrelay::aws
