#include "base/url.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/strings.hpp"

namespace ecrelay::base {
namespace {

constexpr std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

Error bad_url(std::string_view text, std::string_view why) {
  // The query may be a secret: it is left out of the message.
  return {ErrorCode::InvalidArgument,
          "URL '" + printable(text.substr(0, text.find('?'))) + "': " + std::string(why)};
}

bool has_forbidden_char(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

Result<void> parse_authority(std::string_view authority, Url& url, std::string_view whole) {
  if (authority.find('@') != std::string_view::npos) {
    return bad_url("", "user information is not allowed in a URL");
  }
  std::string_view port;
  bool has_port = false;
  if (!authority.empty() && authority.front() == '[') {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) {
      return bad_url(whole, "an IPv6 address lacks its closing bracket");
    }
    url.host = lower(authority.substr(1, end - 1));
    in6_addr address{};
    if (inet_pton(AF_INET6, url.host.c_str(), &address) != 1) {
      return bad_url(whole, "the brackets hold no IPv6 address");
    }
    const auto rest = authority.substr(end + 1);
    has_port = !rest.empty();
    if (has_port && rest.front() != ':') {
      return bad_url(whole, "text after the IPv6 address");
    }
    port = has_port ? rest.substr(1) : rest;
  } else {
    const auto colon = authority.find(':');
    url.host = lower(authority.substr(0, colon));
    has_port = colon != std::string_view::npos;
    port = has_port ? authority.substr(colon + 1) : std::string_view();
  }
  if (url.host.empty()) {
    return bad_url(whole, "no host");
  }
  url.port = default_port(url.scheme);
  if (has_port) {
    const auto number = parse_uint(port);
    if (!number || *number == 0 || *number > 65535) {
      return bad_url(whole, "the port is not a number from 1 to 65535");
    }
    url.port = static_cast<std::uint16_t>(*number);
  }
  return {};
}

std::string without_dot_segments(std::string_view path) {
  std::vector<std::string> kept;
  const auto parts = split(path, '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (parts[i] != ".") {
      kept.push_back(parts[i]);
      continue;
    }
    if (last) {
      kept.emplace_back();
    }
  }
  return "/" + join(kept, "/");
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (has_forbidden_char(text)) {
    return bad_url(text, "spaces or control characters");
  }
  const auto scheme_end = text.find("://");
  Url url;
  url.scheme = lower(text.substr(0, scheme_end));
  if (scheme_end == std::string_view::npos || (url.scheme != "http" && url.scheme != "https")) {
    return bad_url(text, "it has to begin with http:// or https://");
  }
  auto rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto authority_end = rest.find_first_of("/?");
  ECRELAY_TRY_VOID(parse_authority(rest.substr(0, authority_end), url, text));
  rest = authority_end == std::string_view::npos ? std::string_view() : rest.substr(authority_end);
  const auto query = rest.find('?');
  url.path = rest.substr(0, query);
  if (url.path.empty()) {
    url.path = "/";
  }
  if (query != std::string_view::npos) {
    url.query = rest.substr(query + 1);
  }
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  const auto scheme_end = reference.find("://");
  if (scheme_end != std::string_view::npos && scheme_end < reference.find_first_of("/?#")) {
    return parse(reference);
  }
  if (reference.starts_with("//")) {
    return parse(scheme + ":" + std::string(reference));
  }
  if (has_forbidden_char(reference)) {
    return bad_url(reference, "spaces or control characters");
  }
  reference = reference.substr(0, reference.find('#'));
  Url url = *this;
  const auto mark = reference.find('?');
  const auto reference_path = reference.substr(0, mark);
  url.query =
      mark == std::string_view::npos ? std::string() : std::string(reference.substr(mark + 1));
  if (reference_path.empty()) {
    if (mark == std::string_view::npos) {
      url.query = query;
    }
  } else if (reference_path.front() == '/') {
    url.path = without_dot_segments(reference_path);
  } else {
    url.path =
        without_dot_segments(path.substr(0, path.rfind('/') + 1) + std::string(reference_path));
  }
  return url;
}

std::string Url::authority() const {
  auto text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) {
    text += ":" + std::to_string(port);
  }
  return text;
}

std::string Url::origin() const {
  return scheme + "://" + authority();
}

std::string Url::target() const {
  return query.empty() ? path : path + "?" + query;
}

std::string Url::redacted() const {
  return origin() + path + (query.empty() ? "" : "?...");
}

bool Url::is_loopback() const {
  return is_loopback_host(host);
}

bool is_loopback_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host == "localhost" || host == "::1") {
    return true;
  }
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
         (ntohl(address.s_addr) >> 24) == 127;
}

}  // namespace ecrelay::base
