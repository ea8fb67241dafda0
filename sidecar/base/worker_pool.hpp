#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ecrelay::base {

/// Runs tasks on threads that it starts when they are needed, up to a limit, and ends after some
/// idle time; beyond the limit tasks queue. Thread-safe. The destructor (or stop()) runs what is
/// queued and joins: tasks must end by themselves, so each has a deadline or a stop token of its
/// own.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t max_threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False after stop(), or where not even one thread can be started: the task is not run.
  bool submit(std::function<void()> task);
  void stop();
  [[nodiscard]] std::size_t threads() const;

 private:
  void work();
  bool start_thread_locked();
  void reap_locked(std::unique_lock<std::mutex>& lock);

  const std::size_t max_threads_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::vector<std::thread::id> ended_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace ecrelay::base
