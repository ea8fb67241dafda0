#include "process/linked_version.hpp"

#include <boost/version.hpp>

namespace ecrelay::process {

std::string boost_version() {
  return std::to_string(BOOST_VERSION / 100000) + "." + std::to_string(BOOST_VERSION / 100 % 1000) +
         "." + std::to_string(BOOST_VERSION % 100);
}

}  // namespace ecrelay::process
