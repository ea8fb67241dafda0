#include "net/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <tuple>

#include "base/log.hpp"
#include "net/httplib_compat.hpp"

namespace ecrelay::net {
namespace {

constexpr int kBacklog = 1024;
constexpr auto kRetryPause = std::chrono::milliseconds(200);

/// cpp-httplib gives each accepted connection to a task queue; ours runs the task where it is,
/// since the task only hands the socket on.
class InlineQueue final : public httplib::TaskQueue {
 public:
  EnqueueResult enqueue(std::function<void()> task) override {
    task();
    return static_cast<EnqueueResult>(true);
  }
  void shutdown() override {}
};

void set_int_option(int fd, int level, int option, int value) {
  std::ignore = ::setsockopt(fd, level, option, &value, sizeof value);  // a wish, never a need
}

}  // namespace

class Listener::Socket final : public httplib::Server {
 public:
  explicit Socket(const Accepted& accepted) : accepted_(accepted) {
    new_task_queue = [] { return new InlineQueue; };
    set_socket_options([this](int fd) {
      set_int_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      own_ = base::UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    });
  }
  /// The library has called listen(fd, 5): a second call widens the backlog.
  void widen_backlog() { ::listen(own_.get(), kBacklog); }
  /// Ends accept(), now or when it is next called; the library's own stop() is lost before its loop
  /// runs.
  void interrupt() { ::shutdown(own_.get(), SHUT_RDWR); }

 private:
  bool process_and_close_socket(int fd) override {
    base::UniqueFd owned(fd);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    set_int_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    accepted_(std::move(owned));
    return true;
  }

  const Accepted& accepted_;
  base::UniqueFd own_;  // a duplicate: the library closes its own as it likes
};

Listener::Listener(std::string host, Accepted accepted)
    : host_(std::move(host)), accepted_(std::move(accepted)) {}

base::Result<std::unique_ptr<Listener>> Listener::open(const std::string& host, std::uint16_t port,
                                                       Accepted accepted) {
  std::unique_ptr<Listener> listener(new Listener(host, std::move(accepted)));
  {
    const std::lock_guard lock(listener->mutex_);
    ECRELAY_TRY(listener->port_, listener->bind_locked(port));
  }
  listener->thread_ = std::thread([raw = listener.get()] { raw->accept_until_stopped(); });
  return listener;
}

Listener::~Listener() {
  stop();
}

base::Result<std::uint16_t> Listener::bind_locked(std::uint16_t port) {
  socket_.reset();  // its duplicate still holds the port
  socket_ = std::make_unique<Socket>(accepted_);
  const int bound = port == 0 ? socket_->bind_to_any_port(host_)
                              : (socket_->bind_to_port(host_, port) ? int{port} : -1);
  if (bound <= 0) {
    return base::Error{base::ErrorCode::AlreadyExists,
                       "cannot listen on " + host_ + ":" + std::to_string(port) +
                           ": the port is in use, or the address is not this machine's; choose "
                           "another with --listen, or port 0 for any free one"};
  }
  socket_->widen_backlog();
  return static_cast<std::uint16_t>(bound);
}

bool Listener::listen_again() {
  std::unique_lock lock(mutex_);
  if (!stopping_) {
    base::log_warn("the listener ended by itself; listening again",
                   {{"port", std::to_string(port_)}});
  }
  while (!stopped_.wait_for(lock, kRetryPause, [&] { return stopping_; })) {
    if (bind_locked(port_).ok()) {
      return true;
    }
  }
  return false;
}

void Listener::accept_until_stopped() {
  do {
    socket_->listen_after_bind();
  } while (listen_again());
}

void Listener::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    socket_->interrupt();
    stopped_.notify_all();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace ecrelay::net
