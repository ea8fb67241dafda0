#include "app/file_limit.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"

namespace ecrelay::app {

void raise_file_limit(std::uint64_t most) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    base::log_warn("the limit of open files is not known",
                   {{"why", base::errno_error("getrlimit", errno).message}});
    return;
  }
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, most);
  if (wanted <= limit.rlim_cur) {
    return;
  }
  limit.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    base::log_warn("the limit of open files could not be raised",
                   {{"why", base::errno_error("setrlimit", errno).message}});
  }
}

}  // namespace ecrelay::app
