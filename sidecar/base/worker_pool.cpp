#include "base/worker_pool.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>

#include "base/log.hpp"

namespace ecrelay::base {
namespace {
constexpr auto kIdleTime = std::chrono::seconds(10);
}

WorkerPool::WorkerPool(std::size_t max_threads) : max_threads_(max_threads) {}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    return false;
  }
  tasks_.push_back(std::move(task));
  reap_locked(lock);
  if (tasks_.size() > idle_ && threads_.size() < max_threads_ && !start_thread_locked()) {
    if (threads_.empty()) {
      tasks_.pop_back();
      return false;  // nobody would ever run it
    }
  }
  wake_.notify_one();
  return true;
}

bool WorkerPool::start_thread_locked() {
  try {
    threads_.emplace_back([this] { work(); });
    return true;
  } catch (const std::system_error& failure) {
    log_error("no more threads can be started: work queues", {{"what", failure.what()}});
    return false;
  }
}

void WorkerPool::stop() {
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    wake_.notify_all();
  }
  for (auto& thread : threads) {
    thread.join();
  }
}

std::size_t WorkerPool::threads() const {
  std::unique_lock lock(mutex_);
  return threads_.size() - ended_.size();
}

void WorkerPool::reap_locked(std::unique_lock<std::mutex>& /*lock*/) {
  // A thread that has put itself on this list takes no lock any more: joining it is quick.
  for (const auto id : ended_) {
    const auto thread = std::find_if(threads_.begin(), threads_.end(),
                                     [&](const std::thread& t) { return t.get_id() == id; });
    if (thread != threads_.end()) {
      thread->join();
      threads_.erase(thread);
    }
  }
  ended_.clear();
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    const bool woken =
        wake_.wait_for(lock, kIdleTime, [&] { return stopping_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) {
      if (!woken && !stopping_) {
        ended_.push_back(std::this_thread::get_id());
      }
      return;
    }
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    try {
      task();
    } catch (const std::exception& failure) {
      log_error("a background task threw: this is a bug", {{"what", failure.what()}});
    } catch (...) {
      log_error("a background task threw something: this is a bug");
    }
    task = nullptr;
    lock.lock();
  }
}

}  // namespace ecrelay::base
