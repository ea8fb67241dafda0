#include "process/pipe_ends.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

namespace ecrelay::process {
namespace {

/// Keeps a write to a pipe without a reader from raising SIGPIPE, whatever the program's handler
/// is.
class SigpipeHeld {
 public:
  SigpipeHeld() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  }
  ~SigpipeHeld() {
    if (!was_pending_) {
      const timespec at_once{};
      ::sigtimedwait(&pipe_, nullptr, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SigpipeHeld(const SigpipeHeld&) = delete;
  SigpipeHeld& operator=(const SigpipeHeld&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

/// Out of the way of the child's 0, 1 and 2, should this process have had one of them closed.
base::Result<base::UniqueFd> above_stdio(base::UniqueFd fd) {
  if (fd.get() > 2) {
    return fd;
  }
  base::UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved.valid()) {
    return base::errno_error("moving a pipe", errno);
  }
  return moved;
}

void set_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

base::Result<Pipe> Pipe::make() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::errno_error("making a pipe", errno);
  }
  base::UniqueFd read(ends[0]);
  base::UniqueFd write(ends[1]);
  Pipe pipe;
  ECRELAY_TRY(pipe.read, above_stdio(std::move(read)));
  ECRELAY_TRY(pipe.write, above_stdio(std::move(write)));
  return pipe;
}

InputFeed::InputFeed(base::UniqueFd fd, std::string_view text) : fd_(std::move(fd)), left_(text) {
  set_nonblocking(fd_.get());
  if (left_.empty()) {
    fd_.reset();
  }
}

void InputFeed::write_some() {
  const SigpipeHeld held;
  while (!left_.empty()) {
    const auto count = ::write(fd_.get(), left_.data(), left_.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && errno == EAGAIN) {
      return;
    }
    if (count < 0) {
      break;
    }
    left_.remove_prefix(static_cast<std::size_t>(count));
  }
  fd_.reset();
}

OutputCapture::OutputCapture(base::UniqueFd fd, std::size_t max) : fd_(std::move(fd)), max_(max) {
  set_nonblocking(fd_.get());
}

bool OutputCapture::read_some() {
  std::array<char, 16384> buffer;
  ssize_t count = -1;
  do {
    count = fd_.valid() ? ::read(fd_.get(), buffer.data(), buffer.size()) : 0;
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    if (count == 0 || errno != EAGAIN) {
      fd_.reset();
    }
    return false;
  }
  tail_.total += static_cast<std::uint64_t>(count);
  tail_.text.append(buffer.data(), static_cast<std::size_t>(count));
  if (tail_.text.size() > 2 * max_) {
    tail_.text.erase(0, tail_.text.size() - max_);
  }
  return true;
}

OutputTail OutputCapture::take() {
  if (tail_.text.size() > max_) {
    tail_.text.erase(0, tail_.text.size() - max_);
  }
  return std::move(tail_);
}

}  // namespace ecrelay::process
