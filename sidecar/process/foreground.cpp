#include "process/foreground.hpp"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <tuple>

#include "process/running_child.hpp"

namespace ecrelay::process {
namespace {

constexpr std::array kForwarded = {SIGINT, SIGTERM, SIGHUP};
constexpr std::chrono::hours kLook{24};

std::atomic<bool> g_busy{false};
std::atomic<pid_t> g_child{0};
std::atomic<int> g_early_signal{0};
static_assert(std::atomic<pid_t>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void forward(int number, siginfo_t* info, void*) {
  if (info->si_code > 0) {
    return;  // the kernel's: a terminal's, which the whole foreground group has got
  }
  const int saved = errno;
  if (const pid_t child = g_child.load(); child > 0) {
    ::kill(child, number);
  } else {
    g_early_signal.store(number);
  }
  errno = saved;
}

/// Has the forwarding handlers in place while it lives. A signal that is ignored (nohup) stays so.
class Forwarding {
 public:
  Forwarding() {
    g_early_signal.store(0);
    sigset_t forwarded;
    sigemptyset(&forwarded);
    for (std::size_t i = 0; i < kForwarded.size(); ++i) {
      sigaddset(&forwarded, kForwarded[i]);
      ::sigaction(kForwarded[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) {
        struct sigaction action {};
        action.sa_sigaction = forward;
        action.sa_flags = SA_SIGINFO | SA_RESTART;
        ::sigaction(kForwarded[i], &action, nullptr);
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &forwarded, &mask_before_);
  }
  ~Forwarding() {
    g_child.store(0);
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    for (std::size_t i = 0; i < kForwarded.size(); ++i) {
      ::sigaction(kForwarded[i], &before_[i], nullptr);
    }
    g_busy.store(false);
  }
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;

  static void to(pid_t child) {
    g_child.store(child);
    if (const int early = g_early_signal.exchange(0); early != 0) {
      ::kill(child, early);
    }
  }
  /// Before the child is reaped, since its pid may be another process's then.
  static void stop() { g_child.store(0); }

 private:
  std::array<struct sigaction, kForwarded.size()> before_{};
  sigset_t mask_before_{};
};

}  // namespace

base::Result<int> run_foreground(const std::vector<std::string>& argv,
                                 const ChildEnvironment& environment) {
  if (g_busy.exchange(true)) {
    return base::Error{base::ErrorCode::AlreadyExists, "a program runs in the foreground already"};
  }
  const Forwarding forwarding;
  ECRELAY_TRY(const pid_t pid, launch({.argv = argv, .environment = environment}));
  RunningChild child(pid, ChildGroup::Parents);
  Forwarding::to(pid);
  while (!child.wait_until(base::Deadline::after(kLook))) {
  }
  Forwarding::stop();
  ECRELAY_TRY(const auto end, child.reap());
  return end.shell_code();
}

int shell_code_of(const base::Error& error) {
  return error.code == base::ErrorCode::NotFound ? 127 : 126;
}

}  // namespace ecrelay::process
