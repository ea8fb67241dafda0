#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "aws/credentials.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace ecrelay::aws {

/// The credentials of this process, kept fresh. The first *configured* source decides; its error is
/// not passed over. Refreshes within 10 min of the end, one refresh at a time, on the thread that
/// asks; while the old credentials are still good, others get those, and so does everyone if the
/// refresh fails. Unauthenticated if nothing is configured. Thread-safe; `clock` is borrowed.
class CredentialProvider {
 public:
  CredentialProvider(std::vector<std::unique_ptr<CredentialSource>> sources,
                     const base::Clock& clock);

  base::Result<Credentials> get();

  /// The next get() fetches anew: AWS refused what we have.
  void invalidate();

 private:
  [[nodiscard]] base::Result<Credentials> fetch();
  [[nodiscard]] bool usable_locked() const;
  [[nodiscard]] bool refresh_due_locked() const;
  base::Result<Credentials> wait_locked(std::unique_lock<std::mutex>& lock);

  const std::vector<std::unique_ptr<CredentialSource>> sources_;
  const base::Clock& clock_;

  std::mutex mutex_;
  std::condition_variable refreshed_;
  std::optional<Credentials> current_;
  std::optional<base::Error> last_failure_;
  base::Steady::time_point retry_after_{};
  bool refreshing_ = false;
};

}  // namespace ecrelay::aws
