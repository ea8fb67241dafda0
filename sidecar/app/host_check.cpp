#include "app/host_check.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "base/url.hpp"

namespace ecrelay::app {
namespace {

bool is_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool listens_on_all(const std::vector<config::ListenAddress>& listen) {
  return std::any_of(listen.begin(), listen.end(), [](const auto& address) {
    return address.host == "0.0.0.0" || address.host == "::";
  });
}

}  // namespace

bool names_this_relay(std::string_view host, const std::vector<config::ListenAddress>& listen) {
  // A Host field is the authority of a URL (RFC 9110 7.2), so that is what parses it.
  const auto url = base::Url::parse("http://" + std::string(host) + "/");
  if (!url.ok() || url->target() != "/") {
    return false;
  }
  const auto& name = url->host;
  if (base::is_loopback_host(name)) {
    return true;
  }
  if (std::any_of(listen.begin(), listen.end(),
                  [&](const auto& address) { return address.host == name; })) {
    return true;
  }
  return listens_on_all(listen) && (is_address(name) || name.find('.') == std::string::npos);
}

}  // namespace ecrelay::app
