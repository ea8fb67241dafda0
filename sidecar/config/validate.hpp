#pragma once

#include "config/options.hpp"
#include "config/precedence.hpp"
#include "config/problem.hpp"

namespace ecrelay::config {

struct Parsed {
  ServeOptions options;  ///< complete only if there is no problem
  Problems problems;
};

/// Each value by itself: typed, or a problem.
Parsed parse(const Settings& settings);

/// What options have to say to each other: listening for other machines, the same address twice.
Problems validate(const ServeOptions& options, const Settings& settings);

struct Loaded {
  ServeOptions options;  ///< complete only if there is no problem
  Settings settings;     ///< for --show-config, whatever the problems
  Problems problems;     ///< every one that there is, not only the first
};

/// resolve(), parse() and validate() in one. Pure.
Loaded load(const Sources& sources);

}  // namespace ecrelay::config
