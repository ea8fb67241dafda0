#include "net/idle_connections.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <tuple>
#include <vector>

namespace ecrelay::net {
namespace {
constexpr auto kTick = std::chrono::milliseconds(1000);
}

IdleConnections::IdleConnections(std::chrono::milliseconds limit, Ready on_ready,
                                 std::function<void()> on_closed)
    : limit_(limit),
      on_ready_(std::move(on_ready)),
      on_closed_(std::move(on_closed)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.get();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

IdleConnections::~IdleConnections() {
  thread_.request_stop();
  std::ignore = ::eventfd_write(wake_.get(), 1);  // a full counter wakes as well
}

void IdleConnections::park(std::unique_ptr<Connection> connection) {
  const int fd = connection->fd();
  std::unique_lock lock(mutex_);
  if (closing_ || connection->listener_ended()) {
    lock.unlock();
    close(std::move(connection));
    return;
  }
  by_fd_[fd] = order_.insert(order_.end(), {std::move(connection), base::Steady::now()});
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.fd = fd;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

std::unique_ptr<Connection> IdleConnections::unpark_locked(Order::iterator place) {
  auto connection = std::move(place->connection);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->fd(), nullptr);
  by_fd_.erase(connection->fd());
  order_.erase(place);
  return connection;
}

void IdleConnections::close(std::unique_ptr<Connection> connection) {
  connection.reset();
  on_closed_();
}

bool IdleConnections::close_oldest() {
  std::unique_ptr<Connection> oldest;
  {
    const std::lock_guard lock(mutex_);
    if (order_.empty()) {
      return false;
    }
    oldest = unpark_locked(order_.begin());
  }
  close(std::move(oldest));
  return true;
}

void IdleConnections::close_ended() {
  std::vector<std::unique_ptr<Connection>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = order_.begin(); it != order_.end();) {
      const auto next = std::next(it);
      if (it->connection->listener_ended()) {
        ended.push_back(unpark_locked(it));
      }
      it = next;
    }
  }
  for (auto& connection : ended) {
    close(std::move(connection));
  }
}

void IdleConnections::close_all() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  while (close_oldest()) {
  }
}

void IdleConnections::close_expired() {
  const auto oldest_allowed = base::Steady::now() - limit_;
  while (true) {
    std::unique_ptr<Connection> expired;
    {
      const std::lock_guard lock(mutex_);
      if (order_.empty() || order_.front().since > oldest_allowed) {
        return;
      }
      expired = unpark_locked(order_.begin());
    }
    close(std::move(expired));
  }
}

void IdleConnections::run(const std::stop_token& stop) {
  const auto tick = static_cast<int>(std::min(kTick, limit_).count());
  while (!stop.stop_requested()) {
    std::array<epoll_event, 64> events{};
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), tick);
    for (int i = 0; i < count; ++i) {
      std::unique_ptr<Connection> ready;
      {
        const std::lock_guard lock(mutex_);
        const auto found = by_fd_.find(events[static_cast<std::size_t>(i)].data.fd);
        if (found == by_fd_.end()) {
          continue;
        }
        ready = unpark_locked(found->second);
      }
      on_ready_(std::move(ready));
    }
    close_expired();
  }
}

}  // namespace ecrelay::net
