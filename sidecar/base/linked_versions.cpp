#include "base/linked_versions.hpp"

#include <openssl/crypto.h>
#include <spdlog/version.h>

namespace ecrelay::base {

std::string openssl_version() {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}

std::string spdlog_version() {
  return std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
         std::to_string(SPDLOG_VER_PATCH);
}

}  // namespace ecrelay::base
