#include "config/value_parsers.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <limits>

#include "base/units.hpp"

namespace ecrelay::config {
namespace {

using base::Error;
using base::ErrorCode;

Error refused(std::string_view value, std::string_view why_and_cure) {
  return {ErrorCode::InvalidArgument, quoted_value(value) + " " + std::string(why_and_cure)};
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = base::parse_uint(text);
  if (!number || *number > std::numeric_limits<std::uint16_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(*number);
}

bool is_ip_address(int family, const std::string& text) {
  in6_addr room{};  // holds an in_addr too
  return inet_pton(family, text.c_str(), &room) == 1;
}

/// host, host:port or [IPv6]:port, that an image reference would take for a registry: with a dot or
/// a colon, or "localhost".
bool is_registry_name(std::string_view name) {
  if (name.starts_with('[')) {
    const auto end = name.find(']');
    return end != std::string_view::npos &&
           is_ip_address(AF_INET6, std::string(name.substr(1, end - 1))) &&
           (end + 1 == name.size() || (name[end + 1] == ':' && parse_port(name.substr(end + 2))));
  }
  const auto colon = name.find(':');
  const auto host = name.substr(0, colon);
  const bool host_ok = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_lower_or_digit(c) || c == '.' || c == '-' || c == '_';
  });
  const bool port_ok = colon == std::string_view::npos || parse_port(name.substr(colon + 1));
  const bool looks_like_one =
      name.find_first_of(".:") != std::string_view::npos || host == "localhost";
  return host_ok && port_ok && looks_like_one;
}

/// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view text) {
  if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    const auto end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(),
                                  [](char c) { return !is_lower_or_digit(c); });
    const auto start = static_cast<std::size_t>(end - text.begin());
    i = std::min(text.find_first_of("abcdefghijklmnopqrstuvwxyz0123456789", start), text.size());
    const auto separator = text.substr(start, i - start);
    const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && separator != "." && separator != "_" && separator != "__") {
      return false;
    }
  }
  return true;
}

bool is_private_ecr_host(std::string_view host) {
  return host.find(".dkr.ecr") != std::string_view::npos ||
         host.find(".dkr-ecr") != std::string_view::npos;
}

base::Result<base::Url> parse_url(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return refused(text, "has user information; write the URL without it");
  }
  auto url = base::Url::parse(text);
  if (url && !url->query.empty()) {
    return refused(text, "has a query; write the URL without it");
  }
  return url;
}

constexpr std::array<std::string_view, 13> kJobFields = {
    "id",   "provider", "server", "project", "pipeline", "run",   "attempt",
    "name", "key",      "ref",    "commit",  "url",      "runner"};

}  // namespace

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr std::string_view kForms = "write it as 127.0.0.1:5055 or [::1]:5055";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return refused(text, "has no port; " + std::string(kForms));
  }
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) {
    return refused(text, "has no port from 0 to 65535; " + std::string(kForms));
  }
  const auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  std::string address(bracketed ? host.substr(1, host.size() - 2) : host);
  if (!is_ip_address(bracketed ? AF_INET6 : AF_INET, address)) {
    return refused(text,
                   "is not an IPv4 address or an IPv6 address in brackets; " + std::string(kForms));
  }
  return ListenAddress{std::move(address), *port};
}

base::Result<Freshness> parse_freshness(std::string_view text) {
  if (text == "always") {
    return Freshness{FreshnessKind::Always, {}};
  }
  if (text == "frozen") {
    return Freshness{FreshnessKind::Frozen, {}};
  }
  const auto duration = base::parse_duration(text);
  if (!duration) {
    return Error{duration.error().code, duration.error().message + "; or as always or frozen"};
  }
  return Freshness{FreshnessKind::Duration, *duration};
}

base::Result<std::optional<std::chrono::milliseconds>> parse_idle_timeout(std::string_view text) {
  if (text == "off") {
    return std::optional<std::chrono::milliseconds>();
  }
  ECRELAY_TRY(const auto duration, base::parse_duration(text));
  if (duration.count() == 0) {
    return refused(text, "would stop the relay at once; write off, or a duration such as 10m");
  }
  return std::optional(duration);
}

base::Result<RuleOption> parse_rule(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return refused(text, "has no '='; write UPSTREAM=PREFIX, as docker.io=docker-hub");
  }
  RuleOption rule{base::lower(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  if (!is_registry_name(rule.upstream)) {
    return refused(text,
                   "does not begin with a registry's host; write UPSTREAM=PREFIX, as "
                   "docker.io=docker-hub");
  }
  if (rule.prefix == "ROOT") {
    return rule;
  }
  if (rule.prefix.size() < 2 || rule.prefix.size() > 30) {
    return refused(text,
                   "has a prefix that is not of 2 to 30 characters; write ECR's prefix of the "
                   "rule, or ROOT");
  }
  if (rule.prefix.back() == '/') {
    rule.prefix.pop_back();
  }
  const auto parts = base::split(rule.prefix, '/');
  if (!std::all_of(parts.begin(), parts.end(), is_path_component)) {
    return refused(text,
                   "has a prefix that ECR would not accept: lower-case letters and digits, "
                   "parted by '/', '.', '_', '__' or '-'; or ROOT");
  }
  return rule;
}

base::Result<std::pair<std::string, base::Url>> parse_upstream(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return refused(text, "has no '='; write HOST=URL, as docker.io=https://mirror.example.com");
  }
  auto host = base::lower(text.substr(0, equals));
  if (!is_registry_name(host)) {
    return refused(text,
                   "does not begin with a registry's host; write HOST=URL, as "
                   "docker.io=https://mirror.example.com");
  }
  ECRELAY_TRY(auto url, parse_url(text.substr(equals + 1)));
  if (url.scheme == "http" && !url.is_loopback() && is_private_ecr_host(host)) {
    return refused(text, "would send ECR's password over plain http; write an https URL");
  }
  return std::pair(std::move(host), std::move(url));
}

base::Result<base::Url> parse_registry_url(std::string_view text) {
  ECRELAY_TRY(auto url, parse_url(text));
  if (url.scheme == "http" && !url.is_loopback()) {
    return refused(text, "is plain http, which is for loopback addresses alone; write https://");
  }
  if (url.path != "/") {
    return refused(text, "has a path; write the registry's address alone, as " + url.origin());
  }
  return url;
}

base::Result<std::string> parse_registry_id(std::string_view text) {
  if (text.size() != 12 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return refused(text, "is not an AWS account; write its 12 digits, as 012345678901");
  }
  return std::string(text);
}

base::Result<std::string> parse_region(std::string_view text) {
  const bool ok = !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
                  std::all_of(text.begin(), text.end(),
                              [](char c) { return is_lower_or_digit(c) || c == '-'; });
  if (!ok) {
    return refused(text, "is not the name of an AWS Region; write it as eu-central-1");
  }
  return std::string(text);
}

base::Result<JobOption> parse_job(std::string_view text) {
  if (text == "auto") {
    return JobOption{JobKind::Auto, {}};
  }
  if (text == "none") {
    return JobOption{JobKind::None, {}};
  }
  JobOption job{JobKind::Given, {}};
  for (const auto& part : base::split(text, ',')) {
    const auto equals = part.find('=');
    std::string name(base::trim(part.substr(0, equals)));
    if (equals == std::string::npos ||
        std::find(kJobFields.begin(), kJobFields.end(), name) == kJobFields.end()) {
      const std::vector<std::string> accepted(kJobFields.begin(), kJobFields.end());
      return refused(part,
                     "is no field of a job; write auto, none, or KEY=VALUE,... with the keys " +
                         base::join(accepted, ", "));
    }
    if (!job.fields.emplace(std::move(name), base::trim(part.substr(equals + 1))).second) {
      return refused(part, "gives a key for the second time; give each once");
    }
  }
  return job;
}

base::Result<std::uint32_t> parse_max_connections(std::string_view text) {
  const auto number = base::parse_uint(text);
  if (!number || *number < 1 || *number > 65536) {
    return refused(text, "is not a number from 1 to 65536");
  }
  return static_cast<std::uint32_t>(*number);
}

base::Result<std::string> parse_path(std::string_view text) {
  if (text.empty() || text.find('\0') != std::string_view::npos) {
    return refused(text, "is not a path");
  }
  return std::string(text);
}

}  // namespace ecrelay::config
