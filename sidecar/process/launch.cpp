#include "process/launch.hpp"

#if __has_include(<boost/process/v1/child.hpp>)
#include <boost/process/v1/args.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/error.hpp>
#include <boost/process/v1/exe.hpp>
#include <boost/process/v1/extend.hpp>
#else
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#endif

#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <system_error>

#include "base/strings.hpp"
#include "process/program_path.hpp"

namespace ecrelay::process {
namespace {

#if __has_include(<boost/process/v1/child.hpp>)
namespace bp = boost::process::v1;
#else
namespace bp = boost::process;
#endif

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";
constexpr int kFirstOwnFd = 3;

/// Keeps every signal from this thread, and so from the child until it has reset the handlers: one
/// that came in between would run a handler of the relay in the child.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

/// All that runs in the child between fork and exec: async-signal-safe calls alone.
class ChildSetup {
 public:
  explicit ChildSetup(const LaunchRequest& request) : stdio_(request.stdio), group_(request.group) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
      fd_limit_ = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
    }
  }

  void run() const {
    join_group();
    for (int target = 0; target < kFirstOwnFd; ++target) {
      if (const int source = stdio_[static_cast<std::size_t>(target)]; source >= 0) {
        ::dup2(source, target);
      }
    }
    close_rest_on_exec();
    reset_signals();
  }

 private:
  void join_group() const {
    if (group_ == ChildGroup::Own) {
      ::setpgid(0, 0);
    } else if (group_ == ChildGroup::OwnSession) {
      ::setsid();
    }
  }

  void close_rest_on_exec() const {
    if (::close_range(kFirstOwnFd, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
      return;
    }
    // Before Linux 5.11 there is no CLOSE_RANGE_CLOEXEC, and closing outright would take Boost's
    // pipe away, by which a failed exec is told.
    for (int fd = kFirstOwnFd; fd < fd_limit_; ++fd) {
      ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
  }

  static void reset_signals() {
    for (int number = 1; number < NSIG; ++number) {
      struct sigaction action {};
      if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
        ::signal(number, SIG_DFL);
      }
    }
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  std::array<int, 3> stdio_;
  ChildGroup group_;
  int fd_limit_ = 1024;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

base::Error launch_error(const std::string& program, int errno_value) {
  const auto what = "'" + base::printable(program) + "'";
  switch (errno_value) {
    case ENOENT:  // the file was there a moment ago
      return {base::ErrorCode::Unsupported, what + ": the interpreter that it names is not there"};
    case ENOEXEC:
      return {base::ErrorCode::Unsupported,
              what + " is no program for this machine; a script has to begin with #!"};
    case EACCES:
    case EPERM:
      return {base::ErrorCode::PermissionDenied, what + " may not be run"};
    default:
      return base::errno_error(what, errno_value);
  }
}

base::Result<pid_t> start(const std::string& program, const ChildSetup& setup, char** argv,
                          char** environment) {
  std::error_code error;
  const auto in_child = [&](auto& executor) {
    executor.cmd_line = argv;
    executor.env = environment;
    setup.run();
  };
  // Boost only looks whether the child of a failed exec has ended, and may leave a zombie.
  const auto on_error = [](auto& executor, const std::error_code&) {
    if (executor.pid > 0) {
      ::waitpid(executor.pid, nullptr, 0);
    }
  };
  try {
    const SignalsHeld held;
    bp::child child(bp::exe = program, bp::extend::on_exec_setup = in_child,
                    bp::extend::on_error = on_error, error);
    const pid_t pid = child.id();
    child.detach();
    if (!error) {
      return pid;
    }
  } catch (const std::exception& failure) {
    return base::Error{base::ErrorCode::Internal, "starting '" + program + "': " + failure.what()};
  }
  return launch_error(program, error.value());
}

}  // namespace

base::Result<pid_t> launch(const LaunchRequest& request) {
  if (request.argv.empty()) {
    return base::Error{base::ErrorCode::InvalidArgument, "no program to run"};
  }
  const auto variables = request.environment.variables();
  const auto path = variables.find("PATH");
  ECRELAY_TRY(
      const auto program,
      find_program(request.argv.front(),
                   path == variables.end() ? kDefaultPath : std::string_view(path->second)));
  std::vector<std::string> arguments = request.argv;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) {
    environment.push_back(name + "=" + value);
  }
  return start(program, ChildSetup(request), pointers(arguments).data(),
               pointers(environment).data());
}

}  // namespace ecrelay::process
