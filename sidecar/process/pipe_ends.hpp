#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "process/subprocess.hpp"

namespace ecrelay::process {

/// A pipe with both ends above 2 and closed on exec.
struct Pipe {
  base::UniqueFd read;
  base::UniqueFd write;

  static base::Result<Pipe> make();
};

/// Feeds a text into a pipe, as fast as the reader takes it. A reader that leaves is no error.
/// Owns the descriptor and closes it at the end of the text. Single-thread.
class InputFeed {
 public:
  InputFeed(base::UniqueFd fd, std::string_view text);
  /// -1 when done.
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Writes what the pipe takes now.
  void write_some();

 private:
  base::UniqueFd fd_;
  std::string_view left_;
};

/// Reads a pipe and keeps the last `max` bytes. Owns the descriptor. Single-thread.
class OutputCapture {
 public:
  OutputCapture(base::UniqueFd fd, std::size_t max);
  /// -1 at the end of the stream.
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// One read of what is there; false if nothing is.
  bool read_some();
  [[nodiscard]] OutputTail take();

 private:
  base::UniqueFd fd_;
  std::size_t max_;
  OutputTail tail_;
};

}  // namespace ecrelay::process
