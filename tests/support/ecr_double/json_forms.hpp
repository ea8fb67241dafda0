#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "support/ecr_double/faults.hpp"
#include "support/ecr_double/options.hpp"
#include "support/ecr_double/request_log.hpp"

namespace ecrelay::ecr_double {

// The JSON that the double reads and writes. InvalidArgument names the member that is wrong or not
// known: a misspelt fault must not pass for one that never struck.

/// One rule, or a list of them.
base::Result<std::vector<FaultRule>> parse_fault_rules(std::string_view text);

/// `settings` with the members that the object names changed.
base::Result<Settings> change_settings(const Settings& settings, std::string_view text);

/// Rules as DescribePullThroughCacheRules returns them: a list, or the whole reply.
base::Result<std::vector<Rule>> parse_rules(std::string_view text);

std::string log_json(const std::vector<LogEntry>& entries);
std::string counters_json(const Counters& counters);

}  // namespace ecrelay::ecr_double
