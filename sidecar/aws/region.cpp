#include "aws/region.hpp"

#include <algorithm>
#include <cstddef>

#include "aws/registry_host.hpp"
#include "base/strings.hpp"

namespace ecrelay::aws {
namespace {

constexpr std::size_t kMaxLabel = 63;

base::Result<Region> checked(std::string name, std::string source) {
  if (!valid_region(name)) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "'" + base::printable(name) + "' of " + source +
                           " is not an AWS Region such as eu-central-1"};
  }
  return Region{std::move(name), std::move(source)};
}

}  // namespace

bool valid_region(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

base::Result<Region> resolve_region(const RegionHints& hints,
                                    const base::Environment& environment) {
  if (!hints.option.empty()) {
    return checked(hints.option, "--region");
  }
  if (auto host = parse_registry_host(hints.registry_host)) {
    return checked(host->region, "the registry's host");
  }
  for (const auto* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto name = environment.get(variable)) {
      return checked(*name, variable);
    }
  }
  return base::Error{base::ErrorCode::InvalidArgument,
                     "no AWS Region: give --region or set AWS_REGION"};
}

}  // namespace ecrelay::aws
