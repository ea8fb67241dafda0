#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stats/outcome.hpp"

namespace ecrelay::stats {

/// Something that a person should look at, and what to do about it.
struct Problem {
  std::string what;
  std::string why;
  std::string cure;
};

/// Requests of one repository with one outcome for one reason.
struct Trouble {
  Reason reason = Reason::NotFound;
  Outcome outcome = Outcome::Declined;
  std::string registry;
  std::string repository;
  std::string detail;  ///< of one of them
  std::uint64_t count = 0;
};

/// Whether a reason is a problem at all: that of a miss (cold, ...) and a client that left are not.
bool is_problem(Reason reason);

Problem problem_of(const Trouble& trouble);

}  // namespace ecrelay::stats
