#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace ecrelay::base {

/// `bytes` random bytes of the kernel's generator, as lower-case hex. Fit for tokens. Thread-safe.
std::string random_hex(std::size_t bytes);

/// A duration drawn evenly from [low, high]. For jitter, not for secrets. Thread-safe.
std::chrono::milliseconds random_between(std::chrono::milliseconds low,
                                         std::chrono::milliseconds high);

}  // namespace ecrelay::base
