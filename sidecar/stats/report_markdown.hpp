#pragma once

#include <string>
#include <string_view>

#include "stats/report.hpp"

namespace ecrelay::stats {

/// The report as GitHub-flavoured Markdown, for a job summary: a table of figures, then images,
/// misses and problems. Foreign text is escaped, so that it stays text. Long lists are cut (and say
/// so), since a step's summary may have 1 MiB. An empty title leaves the headline out.
std::string report_markdown(const Report& report, std::string_view title = "ecrelay");

/// Text as it is, in a table's cell too.
std::string markdown_escaped(std::string_view text);

}  // namespace ecrelay::stats
