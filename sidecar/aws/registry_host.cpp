#include "aws/registry_host.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/strings.hpp"

namespace ecrelay::aws {
namespace {

constexpr std::size_t kAccountDigits = 12;

constexpr std::array<std::string_view, 9> kSuffixes = {
    "amazonaws.com",  "amazonaws.com.cn", "amazonaws.eu",
    "on.aws",         "sc2s.sgov.gov",    "c2s.ic.gov",
    "cloud.adc-e.uk", "csp.hci.ic.gov",   "on.amazonwebservices.com.cn",
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}

bool valid_region_label(std::string_view text) {
  return !text.empty() && is_lower_alnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_alnum(c) || c == '-' || c == '_'; });
}

/// Takes `prefix` off the front of `text` if it is there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<RegistryHost> parse_registry_host(std::string_view host) {
  const auto name = base::lower(host);
  std::string_view rest = name;
  const auto account = rest.substr(0, kAccountDigits);
  if (account.size() != kAccountDigits || !std::all_of(account.begin(), account.end(), is_digit)) {
    return std::nullopt;
  }
  rest.remove_prefix(kAccountDigits);
  RegistryHost result;
  result.account = account;
  result.dual_stack = take(rest, ".dkr-ecr");
  if (!result.dual_stack && !take(rest, ".dkr.ecr")) {
    return std::nullopt;
  }
  result.fips = take(rest, "-fips");
  if (!take(rest, ".")) {
    return std::nullopt;
  }
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  result.region = rest.substr(0, dot);
  result.suffix = rest.substr(dot + 1);
  if (!valid_region_label(result.region) ||
      std::find(kSuffixes.begin(), kSuffixes.end(), result.suffix) == kSuffixes.end()) {
    return std::nullopt;
  }
  return result;
}

bool is_ecr_public(std::string_view host) {
  return base::equals_ignoring_case(host, "public.ecr.aws") ||
         base::equals_ignoring_case(host, "ecr-public.aws.com");
}

}  // namespace ecrelay::aws
