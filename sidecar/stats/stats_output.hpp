#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "stats/queries.hpp"

namespace ecrelay::stats {

enum class StatsFormat { Table, Json, Csv };
base::Result<StatsFormat> parse_stats_format(std::string_view text);

/// The history in one of its forms, ending in a newline; all have the sum at the end (CSV has not,
/// so that a column can be summed). CSV is RFC 4180 with a header line; a ratio without a
/// denominator is empty there, "-" in the table, {"n":0,"d":0} in JSON.
std::string stats_output(const std::vector<HistoryRow>& rows, GroupBy group, std::int64_t since,
                         StatsFormat format);

}  // namespace ecrelay::stats
