#include "oci/foreign_json.hpp"

namespace ecrelay::oci {
namespace {

constexpr int kMaxDepth = 64;

/// Looked at before parsing, in one cheap pass: the parser itself would go on for a long while.
bool nested_too_deeply(std::string_view bytes) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < bytes.size() && depth <= kMaxDepth; ++i) {
    const char c = bytes[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      ++depth;
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return depth > kMaxDepth;
}

}  // namespace

base::Result<Json> parse_foreign_object(std::string_view bytes, std::size_t limit,
                                        std::string_view what) {
  const auto corrupt = [&](std::string_view why) {
    return base::Error{base::ErrorCode::Corrupt, std::string(what) + ": " + std::string(why)};
  };
  if (bytes.size() > limit) {
    return corrupt("larger than " + std::to_string(limit) + " bytes");
  }
  if (nested_too_deeply(bytes)) {
    return corrupt("nested too deeply");
  }
  auto document = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return corrupt("not JSON");
  }
  if (!document.is_object()) {
    return corrupt("not a JSON object");
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

std::string to_text(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ecrelay::oci
