#include "base/random.hpp"

#include <openssl/rand.h>

#include <cstdint>
#include <new>
#include <random>
#include <vector>

#include "base/strings.hpp"

namespace ecrelay::base {

std::string random_hex(std::size_t bytes) {
  std::vector<std::uint8_t> buffer(bytes);
  if (RAND_bytes(buffer.data(), static_cast<int>(bytes)) != 1) {
    throw std::bad_alloc();  // no entropy: nothing that needs a token can go on
  }
  return to_hex(buffer);
}

std::chrono::milliseconds random_between(std::chrono::milliseconds low,
                                         std::chrono::milliseconds high) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  std::uniform_int_distribution<std::chrono::milliseconds::rep> pick(low.count(), high.count());
  return std::chrono::milliseconds(pick(generator));
}

}  // namespace ecrelay::base
