#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/strings.hpp"
#include "config/options.hpp"
#include "config/problem.hpp"

namespace ecrelay::config {

// One value of one option each. All pure. InvalidArgument says why, shows the value (through
// quoted_value()) and says what to write.

/// "127.0.0.1:5055", "[::1]:0". No host names: what they mean is decided elsewhere.
base::Result<ListenAddress> parse_listen_address(std::string_view text);
base::Result<Freshness> parse_freshness(std::string_view text);
/// "off" is an empty optional.
base::Result<std::optional<std::chrono::milliseconds>> parse_idle_timeout(std::string_view text);
/// UPSTREAM=PREFIX; the prefix by the ECR API's type PullThroughCacheRuleRepositoryPrefix.
base::Result<RuleOption> parse_rule(std::string_view text);
/// HOST=URL. Plain http for a private ECR host only if the URL is on loopback: the password of ECR
/// goes there.
base::Result<std::pair<std::string, base::Url>> parse_upstream(std::string_view text);
/// https, or http on loopback; no path, no query.
base::Result<base::Url> parse_registry_url(std::string_view text);
base::Result<std::string> parse_registry_id(std::string_view text);
/// The letters of a Region's name alone, since it becomes part of host names.
base::Result<std::string> parse_region(std::string_view text);
base::Result<JobOption> parse_job(std::string_view text);
base::Result<std::uint32_t> parse_max_connections(std::string_view text);
/// A path that is neither empty nor holds a NUL.
base::Result<std::string> parse_path(std::string_view text);

template <typename Value>
struct Word {
  std::string_view text;
  Value value;
};

/// One of a few words; the error lists them.
template <typename Value, std::size_t N>
base::Result<Value> parse_word(std::string_view text, const std::array<Word<Value>, N>& words) {
  std::vector<std::string> accepted;
  for (const auto& word : words) {
    if (word.text == text) {
      return word.value;
    }
    accepted.emplace_back(word.text);
  }
  return base::Error{
      base::ErrorCode::InvalidArgument,
      quoted_value(text) + " is not accepted; use one of " + base::join(accepted, ", ")};
}

}  // namespace ecrelay::config
