#include "net/headers.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ecrelay::net {

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_,
                [&](const auto& field) { return base::equals_ignoring_case(field.first, name); });
}

std::optional<std::string> Headers::get(std::string_view name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) {
    return base::equals_ignoring_case(field.first, name);
  });
  return found == fields_.end() ? std::nullopt : std::optional(found->second);
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  for (const auto& [field, value] : fields_) {
    if (base::equals_ignoring_case(field, name)) {
      all += all.empty() ? value : ", " + value;
    }
  }
  return all;
}

}  // namespace ecrelay::net
