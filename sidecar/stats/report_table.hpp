#pragma once

#include <string>

#include "stats/report.hpp"

namespace ecrelay::stats {

/// The report for a terminal or a log, plain text that ends in a newline. Rows of zero are left
/// out, but never the ratios: each stands with its numerator and denominator. Foreign text is made
/// printable.
std::string report_table(const Report& report);

}  // namespace ecrelay::stats
