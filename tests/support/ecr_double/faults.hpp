#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/ecr_double/http_types.hpp"

namespace ecrelay::ecr_double {

enum class Breakage {
  None,
  Reset,  ///< RST
  Close,  ///< FIN: a short body
  Hang,   ///< nothing more, until the client goes away or the double ends
};

enum class Framing { ContentLength, Chunked };

/// What goes wrong with one answer. Parts combine: a delay, then half a body, then RST.
struct Fault {
  std::chrono::milliseconds delay{0};  ///< before the request is looked at
  int status = 0;                      ///< not 0: this answer instead of the service's own
  std::string body;                    ///< of that answer
  HeaderList headers;                  ///< of that answer
  Breakage breakage = Breakage::None;
  std::optional<std::uint64_t> after_body_bytes;  ///< of this answer; nothing: before its head
  std::optional<std::uint64_t> altered_byte;      ///< offset in the whole entity, not in the range
  Framing framing = Framing::ContentLength;
};

/// Which requests a fault strikes. What is left out matches everything.
struct FaultRule {
  std::optional<Service> service;
  std::string method;
  std::string contains;  ///< a part of the target, as it came: path and query
  unsigned nth = 0;      ///< only the nth request that matches, from 1
  unsigned every = 0;    ///< every nth
  unsigned count = 0;    ///< at most so many times; 0: without end
  Fault fault;
};

/// The faults in force. The first rule that is due strikes; every rule that matches counts the
/// request. Thread-safe.
class Faults {
 public:
  void add(FaultRule rule);
  void clear();
  /// The fault for this request, if any; counts it.
  std::optional<Fault> next(Service service, const Request& request);

 private:
  struct Active {
    FaultRule rule;
    unsigned seen = 0;
    unsigned struck = 0;
  };
  static bool due(const Active& active);

  std::mutex mutex_;
  std::vector<Active> rules_;
};

}  // namespace ecrelay::ecr_double
