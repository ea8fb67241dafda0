#include "process/subprocess.hpp"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

#include "process/launch.hpp"
#include "process/pipe_ends.hpp"

namespace ecrelay::process {
namespace {

constexpr std::chrono::seconds kKillTakesAtMost{2};
/// Reads of what an ended program left in its pipes; a child of its own may go on writing.
constexpr int kLastReads = 256;

/// The three pipes of a running program, moved in one loop so that none of them can block another.
class Conversation {
 public:
  Conversation(InputFeed input, OutputCapture out, OutputCapture err)
      : input_(std::move(input)), out_(std::move(out)), err_(std::move(err)) {}

  /// Until the program ended or the deadline passed; true if it ended.
  bool carry_on(const RunningChild& child, base::Deadline deadline) {
    while (!child.ended()) {
      if (deadline.passed()) {
        return false;
      }
      step(child, deadline);
    }
    return true;
  }

  void read_the_rest() {
    for (auto* output : {&out_, &err_}) {
      for (int i = 0; i < kLastReads && output->read_some(); ++i) {
      }
    }
  }

  OutputTail take_out() { return out_.take(); }
  OutputTail take_err() { return err_.take(); }

 private:
  void step(const RunningChild& child, base::Deadline deadline) {
    std::array<pollfd, 4> waiting = {{{input_.fd(), POLLOUT, 0},
                                      {out_.fd(), POLLIN, 0},
                                      {err_.fd(), POLLIN, 0},
                                      {child.wait_fd(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), child.poll_timeout(deadline)) <= 0) {
      return;
    }
    if (waiting[0].revents != 0) {
      input_.write_some();
    }
    if (waiting[1].revents != 0) {
      std::ignore = out_.read_some();  // the poll knows more
    }
    if (waiting[2].revents != 0) {
      std::ignore = err_.read_some();  // the poll knows more
    }
  }

  InputFeed input_;
  OutputCapture out_;
  OutputCapture err_;
};

base::Result<void> stop(const RunningChild& child, Conversation& conversation,
                        std::chrono::milliseconds grace) {
  child.signal(SIGTERM);
  std::ignore = conversation.carry_on(child, base::Deadline::after(grace));  // SIGKILL either way
  child.signal(SIGKILL);
  if (!conversation.carry_on(child, base::Deadline::after(kKillTakesAtMost))) {
    return base::Error{base::ErrorCode::Timeout, "the program did not end when it was killed"};
  }
  return {};
}

}  // namespace

base::Result<SubprocessEnd> run(const SubprocessOptions& options) {
  ECRELAY_TRY(auto input, Pipe::make());
  ECRELAY_TRY(auto out, Pipe::make());
  ECRELAY_TRY(auto err, Pipe::make());
  ECRELAY_TRY(const pid_t pid,
              launch({.argv = options.argv,
                      .environment = options.environment,
                      .stdio = {input.read.get(), out.write.get(), err.write.get()},
                      .group = ChildGroup::Own}));
  RunningChild child(pid, ChildGroup::Own);
  input.read.reset();
  out.write.reset();
  err.write.reset();
  Conversation conversation(InputFeed(std::move(input.write), options.input),
                            OutputCapture(std::move(out.read), options.max_output),
                            OutputCapture(std::move(err.read), options.max_output));

  SubprocessEnd result;
  result.timed_out = !conversation.carry_on(child, options.deadline);
  if (result.timed_out) {
    ECRELAY_TRY_VOID(stop(child, conversation, options.grace));
  }
  conversation.read_the_rest();
  ECRELAY_TRY(result.end, child.reap());
  result.out = conversation.take_out();
  result.err = conversation.take_err();
  return result;
}

}  // namespace ecrelay::process
