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

/// cpp-httplib gives each accepted connection to a task queue; ours runs the task where it is, since
/// the task only hands the socket on.
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
      fd_ = fd;
    });
  }
  /// The library has called listen(fd, 5): a second call widens the backlog.
  void widen_backlog() { ::listen(fd_, kBacklog); }

 private:
  bool process_and_close_socket(int fd) override {
    base::UniqueFd owned(fd);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    set_int_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    accepted_(std::move(owned));
    return true;
  }

  const Accepted& accepted_;
  int fd_ = -1;
};

Listener::Listener(std::string host, std::string tag, Accepted accepted)
    : host_(std::move(host)), tag_(std::move(tag)), accepted_(std::move(accepted)) {}

base::Result<std::unique_ptr<Listener>> Listener::open(const std::string& host, std::uint16_t port,
                                                       std::string tag, Accepted accepted) {
  std::unique_ptr<Listener> listener(new Listener(host, std::move(tag), std::move(accepted)));
  ECRELAY_TRY_VOID(listener->bind(port));
  listener->thread_ = std::thread([raw = listener.get()] { raw->accept_until_stopped(); });
  while (!listener->socket_->is_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // stop() before it runs is lost
  }
  return listener;
}

Listener::~Listener() { stop(); }

base::Result<void> Listener::bind(std::uint16_t port) {
  socket_ = std::make_unique<Socket>(accepted_);
  const int bound = port == 0 ? socket_->bind_to_any_port(host_)
                              : (socket_->bind_to_port(host_, port) ? int{port} : -1);
  if (bound <= 0) {
    return base::Error{base::ErrorCode::AlreadyExists,
                       "cannot listen on " + host_ + ":" + std::to_string(port) +
                           ": the port is taken or the address is not this machine's; choose "
                           "another with --listen, or port 0 for any free one"};
  }
  socket_->widen_backlog();
  port_ = static_cast<std::uint16_t>(bound);
  return {};
}

void Listener::accept_until_stopped() {
  while (true) {
    socket_->listen_after_bind();
    if (stopping_) {
      return;
    }
    base::log_warn("the listener ended by itself; listening again",
                   {{"port", std::to_string(port_)}});
    std::this_thread::sleep_for(kRetryPause);
    while (!stopping_ && !bind(port_).ok()) {
      std::this_thread::sleep_for(kRetryPause);
    }
  }
}

void Listener::stop() {
  stopping_ = true;
  if (thread_.joinable()) {
    socket_->stop();
    thread_.join();
  }
}

}  // namespace ecrelay::net
