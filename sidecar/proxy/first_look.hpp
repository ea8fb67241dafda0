#pragma once

#include <chrono>

#include "proxy/ecr_account.hpp"

namespace ecrelay::proxy {

/// A pull that comes before credentials and rules are known waits for them, at most 3 s and not
/// past the time of its answer, then goes on without (direct or declined).
inline void wait_first_look(EcrAccount& account, base::Deadline answer_by) {
  account.wait_first_look(base::Deadline::after(std::chrono::seconds(3)).earlier(answer_by));
}

}  // namespace ecrelay::proxy
