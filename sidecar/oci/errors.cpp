#include "oci/errors.hpp"

#include <cstddef>

#include "base/strings.hpp"
#include "oci/foreign_json.hpp"

namespace ecrelay::oci {
namespace {

constexpr std::size_t kMaxErrorBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxMessage = 600;

std::string shown(std::string_view text) {
  return base::printable(base::trim(text), kMaxMessage);
}

ErrorEntry entry_of(const Json& object) {
  auto message = string_member(object, "message");
  if (message.empty()) {
    message = string_member(object, "detail");
  }
  return {.code = shown(string_member(object, "code")), .message = shown(message)};
}

}  // namespace

std::string ErrorEntry::str() const {
  if (code.empty() || message.empty()) {
    return code + message;
  }
  return code + ": " + message;
}

std::string error_body(std::string_view code, std::string_view message, std::string_view detail) {
  Json entry = {{"code", code}, {"message", message}, {"detail", nullptr}};
  if (!detail.empty()) {
    entry["detail"] = detail;
  }
  return to_text({{"errors", Json::array({entry})}});
}

ErrorEntry parse_error_body(std::string_view bytes) {
  const auto document = parse_foreign_object(bytes, kMaxErrorBytes, "error body");
  if (!document.ok()) {
    return {.code = "", .message = shown(bytes)};
  }
  const auto* errors = member(*document, "errors");
  if (errors != nullptr && errors->is_array() && !errors->empty()) {
    return entry_of(errors->front());
  }
  // Some registries leave the list out.
  auto entry = entry_of(*document);
  if (entry.code.empty() && entry.message.empty()) {
    entry.message = shown(bytes);
  }
  return entry;
}

}  // namespace ecrelay::oci
