#include "app/version.hpp"

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "base/linked_versions.hpp"
#include "db/linked_version.hpp"
#include "process/linked_version.hpp"

#if !defined(ECRELAY_VERSION) || !defined(ECRELAY_HTTPLIB_VERSION)
#error "the build gives ECRELAY_VERSION and ECRELAY_HTTPLIB_VERSION"
#endif

namespace ecrelay::app {
namespace {

std::string json_version() {
  return std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
         std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
         std::to_string(NLOHMANN_JSON_VERSION_PATCH);
}

}  // namespace

std::string_view version() {
  return ECRELAY_VERSION;
}

std::vector<std::pair<std::string, std::string>> linked_versions() {
  return {{"cpp-httplib", ECRELAY_HTTPLIB_VERSION},
          {"OpenSSL", base::openssl_version()},
          {"SQLite", db::sqlite_version()},
          {"Boost", process::boost_version()},
          {"CLI11", CLI11_VERSION},
          {"nlohmann-json", json_version()},
          {"spdlog", base::spdlog_version()}};
}

}  // namespace ecrelay::app
