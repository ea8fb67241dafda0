#pragma once

#include <cstdint>
#include <string>

#include "base/units.hpp"
#include "stats/job.hpp"

namespace ecrelay::stats {

// How figures are written in every form for people.

/// "20.0 GiB".
std::string bytes_text(std::uint64_t bytes);
/// "4 / 6", to stand beside percent().
std::string fraction_text(const base::Ratio& ratio);
/// The same for a ratio of bytes: "1.2 GiB / 1.5 GiB".
std::string byte_fraction_text(const base::Ratio& ratio);
/// "octo/app, build, attempt 2, success": what is known of a job, for a headline.
std::string job_text(const Job& job);

}  // namespace ecrelay::stats
