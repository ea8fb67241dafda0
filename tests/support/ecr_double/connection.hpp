#pragma once

#include <httplib.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

#include "base/unique_fd.hpp"

namespace ecrelay::ecr_double {

/// One accepted connection, as cpp-httplib reads and writes it: buffered, and able to break off the
/// way a bad network does. Owns the socket. Used by one thread; shut_down() may come from another.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(socket_t socket);

  /// False when the peer is gone, is silent for `idle`, or speaks TLS (it is told 400).
  bool wait_for_request(std::chrono::milliseconds idle);
  /// Until the peer closes or shut_down() is called.
  void wait_until_gone();
  /// Ends the connection with RST, once what was written has been acknowledged.
  void reset();
  /// Ends the connection with FIN.
  void close();
  void shut_down();
  [[nodiscard]] bool open() const { return socket_.valid() && !broken_; }

  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override { return open(); }
  ssize_t read(char* data, std::size_t size) override;
  ssize_t write(const char* data, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return socket_.get(); }

 private:
  bool fill(std::chrono::milliseconds wait);

  base::UniqueFd socket_;
  bool broken_ = false;
  std::array<char, 16384> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace ecrelay::ecr_double
