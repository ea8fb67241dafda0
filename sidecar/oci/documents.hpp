#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace ecrelay::oci {

// The small documents of the distribution spec beside manifests. What reads takes foreign bytes and
// says Corrupt of those it cannot use; nothing throws.

/// `{"name":..,"tags":[..]}`, the answer of `/v2/<name>/tags/list`.
std::string tags_list_json(std::string_view name, const std::vector<std::string>& tags);
/// The well-formed tags, in the registry's order; `"tags":null` is an empty list.
base::Result<std::vector<std::string>> parse_tags_list(std::string_view bytes);

/// One manifest that refers to another, out of a referrers index.
struct Referrer {
  base::Digest digest;
  std::string artifact_type;
  std::string json;  ///< the whole descriptor, with its annotations
};

base::Result<std::vector<Referrer>> parse_referrers(std::string_view bytes);
/// Those of one type, each digest once; an empty `artifact_type` keeps every type.
std::vector<Referrer> select_referrers(const std::vector<Referrer>& referrers,
                                       std::string_view artifact_type);
/// An OCI index of these descriptors.
std::string referrers_index_json(const std::vector<Referrer>& referrers);
/// An OCI index without manifests: the answer where nothing refers to a manifest.
std::string empty_index_json();

/// What a registry's token service answers (distribution's token authentication).
struct TokenAnswer {
  base::Secret token;                 ///< of `token`, else `access_token`; fit for a header
  std::chrono::seconds expires_in{};  ///< 60 s where not said, at most a day
};
base::Result<TokenAnswer> parse_token_answer(std::string_view bytes);

}  // namespace ecrelay::oci
