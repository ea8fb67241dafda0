#include "app/stop_signals.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace ecrelay::app {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, &mask_before_);
}

StopSignals::~StopSignals() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    std::ignore = ::write(end_.get(), &one, sizeof one);  // an eventfd at 0 always takes it
    thread_.join();
  }
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

base::Result<void> StopSignals::watch(std::function<void(int)> on_stop) {
  const auto set = stop_signals();
  signals_ = base::UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC));
  end_ = base::UniqueFd(::eventfd(0, EFD_CLOEXEC));
  if (!signals_.valid() || !end_.valid()) {
    return base::errno_error("watching for signals", errno);
  }
  thread_ = std::thread([this, on_stop = std::move(on_stop)] { run(on_stop); });
  return {};
}

void StopSignals::run(const std::function<void(int)>& on_stop) const {
  std::array<pollfd, 2> watched = {{{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
  bool asked = false;
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      continue;  // EINTR
    }
    if (watched[1].revents != 0) {
      return;
    }
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) {
      continue;
    }
    const auto number = static_cast<int>(info.ssi_signo);
    if (std::exchange(asked, true)) {
      std::_Exit(128 + number);
    }
    on_stop(number);
  }
}

}  // namespace ecrelay::app
