#include "stats/figures_text.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/strings.hpp"
#include "stats/outcome.hpp"

namespace ecrelay::stats {

std::string bytes_text(std::uint64_t bytes) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return base::format_bytes(static_cast<std::int64_t>(std::min(bytes, kMax)));
}

std::string fraction_text(const base::Ratio& ratio) {
  return std::to_string(ratio.numerator) + " / " + std::to_string(ratio.denominator);
}

std::string byte_fraction_text(const base::Ratio& ratio) {
  return base::format_bytes(ratio.numerator) + " / " + base::format_bytes(ratio.denominator);
}

std::string job_text(const Job& job) {
  std::vector<std::string> parts;
  for (const auto* part : {&job.project, &job.name}) {
    if (!part->empty()) {
      parts.push_back(base::printable(*part));
    }
  }
  if (!job.attempt.empty() && job.attempt != "1") {
    parts.push_back("attempt " + base::printable(job.attempt));
  }
  parts.emplace_back(word(job.status));
  return base::join(parts, ", ");
}

}  // namespace ecrelay::stats
