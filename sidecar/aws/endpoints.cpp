#include "aws/endpoints.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "aws/region.hpp"
#include "base/strings.hpp"

namespace ecrelay::aws {
namespace {

/// Region names of a partition are `<start><word>-<number>`; more than one start for `aws`.
struct Pattern {
  std::string_view start;
  Partition partition;
};

constexpr Partition kAws = {"aws", "amazonaws.com"};

constexpr std::array<Pattern, 16> kPatterns = {{
    {"us-gov-", {"aws-us-gov", "amazonaws.com"}},
    {"us-iso-", {"aws-iso", "c2s.ic.gov"}},
    {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov"}},
    {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk"}},
    {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov"}},
    {"cn-", {"aws-cn", "amazonaws.com.cn"}},
    {"eusc-de-", {"aws-eusc", "amazonaws.eu"}},
    {"us-", kAws},
    {"eu-", kAws},
    {"ap-", kAws},
    {"sa-", kAws},
    {"ca-", kAws},
    {"me-", kAws},
    {"af-", kAws},
    {"il-", kAws},
    {"mx-", kAws},
}};

/// `\w+-\d+`, the end of every Region's name.
bool is_word_and_number(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) {
    return false;
  }
  return base::parse_uint(text.substr(dash + 1)).has_value();
}

base::Result<base::Url> overridden(std::string_view variable, std::string_view text) {
  auto url = base::Url::parse(text);
  if (!url.ok()) {
    return url.error().within(variable);
  }
  return url;
}

}  // namespace

const Partition& partition_of(std::string_view region) {
  const auto* const found =
      std::find_if(kPatterns.begin(), kPatterns.end(), [&](const Pattern& pattern) {
        return region.starts_with(pattern.start) &&
               is_word_and_number(region.substr(pattern.start.size()));
      });
  return found == kPatterns.end() ? kAws : found->partition;
}

base::Result<base::Url> ecr_api_endpoint(const EndpointQuery& query,
                                         const base::Environment& environment) {
  const auto ignore = environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  if (!ignore || !base::equals_ignoring_case(*ignore, "true")) {
    for (const auto* variable : {"AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL"}) {
      if (const auto text = environment.get(variable)) {
        return overridden(variable, *text);
      }
    }
  }
  if (!valid_region(query.region)) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "'" + base::printable(query.region) + "' is not an AWS Region"};
  }
  return base::Url::parse("https://api.ecr." + query.region + "." +
                          std::string(partition_of(query.region).suffix));
}

}  // namespace ecrelay::aws
