#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/image.hpp"

namespace ecrelay::ecr_double {

/// How a registry writes the Link to its next page.
enum class LinkStyle {
  Opaque,  ///< ECR: an absolute URL, the position in a form of its own
  Plain,   ///< the distribution spec: a path, `last` is a tag
};

struct PageStyle {
  LinkStyle link = LinkStyle::Plain;
  std::string origin;  ///< "http://127.0.0.1:4711"
  std::uint64_t page_size = 100;
};

/// One page of a tag list; `n` and `last` are honoured, and `n` over 1000 refused as ECR does.
Reply tags_page(const Request& request, const std::string& repository,
                const std::vector<std::string>& tags, const PageStyle& style);

/// One page of an index of manifests, filtered by `artifactType` where asked (distribution spec
/// 1.1, "Listing Referrers").
Reply referrers_page(const Request& request, const std::vector<Manifest>& referrers,
                     const PageStyle& style);

}  // namespace ecrelay::ecr_double
