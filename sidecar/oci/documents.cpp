#include "oci/documents.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "oci/foreign_json.hpp"
#include "oci/media_types.hpp"
#include "oci/reference.hpp"

namespace ecrelay::oci {
namespace {

constexpr std::size_t kMaxDocument = std::size_t{8} << 20;
constexpr std::chrono::seconds kDefaultTokenLife{60};
constexpr std::chrono::seconds kMaxTokenLife{24 * 60 * 60};

/// The list of that name; null counts as empty, as some registries write it.
base::Result<Json> list_member(std::string_view bytes, const char* name, std::string_view what) {
  ECRELAY_TRY(auto document, parse_foreign_object(bytes, kMaxDocument, what));
  const auto* list = member(document, name);
  if (list != nullptr && list->is_null()) {
    return Json::array();
  }
  if (list == nullptr || !list->is_array()) {
    return base::Error{base::ErrorCode::Corrupt,
                       std::string(what) + ": no list '" + std::string(name) + "'"};
  }
  return *list;
}

Json index_of(Json manifests) {
  return {{"schemaVersion", 2}, {"mediaType", kOciIndex}, {"manifests", std::move(manifests)}};
}

bool fit_for_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::chrono::seconds life_of(const Json& answer) {
  const auto* value = member(answer, "expires_in");
  if (value == nullptr || !value->is_number()) {
    return kDefaultTokenLife;
  }
  const auto seconds = value->get<double>();
  if (!(seconds > 0)) {
    return kDefaultTokenLife;
  }
  const auto bounded = std::min(seconds, static_cast<double>(kMaxTokenLife.count()));
  return std::chrono::seconds(static_cast<std::int64_t>(bounded));
}

}  // namespace

std::string tags_list_json(std::string_view name, const std::vector<std::string>& tags) {
  return to_text({{"name", name}, {"tags", tags}});
}

base::Result<std::vector<std::string>> parse_tags_list(std::string_view bytes) {
  ECRELAY_TRY(const auto list, list_member(bytes, "tags", "tag list"));
  std::vector<std::string> tags;
  for (const auto& item : list) {
    if (item.is_string() && valid_tag(item.get_ref<const std::string&>())) {
      tags.push_back(item.get<std::string>());
    }
  }
  return tags;
}

base::Result<std::vector<Referrer>> parse_referrers(std::string_view bytes) {
  ECRELAY_TRY(const auto list, list_member(bytes, "manifests", "referrers"));
  std::vector<Referrer> referrers;
  for (const auto& item : list) {
    if (const auto digest = base::Digest::parse(string_member(item, "digest")); digest.ok()) {
      referrers.push_back({.digest = *digest,
                           .artifact_type = string_member(item, "artifactType"),
                           .json = to_text(item)});
    }
  }
  return referrers;
}

std::vector<Referrer> select_referrers(const std::vector<Referrer>& referrers,
                                       std::string_view artifact_type) {
  std::unordered_set<base::Digest> seen;
  std::vector<Referrer> selected;
  for (const auto& referrer : referrers) {
    const bool wanted = artifact_type.empty() || referrer.artifact_type == artifact_type;
    if (wanted && seen.insert(referrer.digest).second) {
      selected.push_back(referrer);
    }
  }
  return selected;
}

std::string referrers_index_json(const std::vector<Referrer>& referrers) {
  auto manifests = Json::array();
  for (const auto& referrer : referrers) {
    if (auto descriptor = parse_foreign_object(referrer.json, kMaxDocument, "referrer");
        descriptor.ok()) {
      manifests.push_back(std::move(descriptor).value());
    }
  }
  return to_text(index_of(std::move(manifests)));
}

std::string empty_index_json() {
  return to_text(index_of(Json::array()));
}

base::Result<TokenAnswer> parse_token_answer(std::string_view bytes) {
  ECRELAY_TRY(const auto answer, parse_foreign_object(bytes, kMaxDocument, "token answer"));
  auto token = string_member(answer, "token");
  if (token.empty()) {
    token = string_member(answer, "access_token");
  }
  if (token.empty() || !fit_for_header(token)) {
    return base::Error{base::ErrorCode::Corrupt, "token answer: no usable token in it"};
  }
  return TokenAnswer{.token = base::Secret(std::move(token)), .expires_in = life_of(answer)};
}

}  // namespace ecrelay::oci
