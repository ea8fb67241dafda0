#pragma once

#include "support/ecr_double/http_types.hpp"
#include "support/ecr_double/state.hpp"

namespace ecrelay::ecr_double {

/// The control interface under /_emulator/ (tests/support/README.md), for tests in other languages.
/// Thread-safe.
class Control {
 public:
  explicit Control(State& state) : state_(state) {}

  static bool owns(const Request& request);
  Reply answer(const Request& request);

 private:
  Reply add_faults(const Request& request);
  Reply change_settings(const Request& request);

  State& state_;
};

}  // namespace ecrelay::ecr_double
