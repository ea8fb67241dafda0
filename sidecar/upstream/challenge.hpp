#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecrelay::upstream {

/// One challenge of WWW-Authenticate (RFC 9110 11.6.1): a scheme, in lower case, with its
/// parameters, whose names are in lower case too.
struct Challenge {
  std::string scheme;
  std::map<std::string, std::string> parameters;
};

/// Every challenge of a field value, several of which may stand in one; what does not parse ends
/// the list. Pure.
std::vector<Challenge> parse_challenges(std::string_view field);

}  // namespace ecrelay::upstream
