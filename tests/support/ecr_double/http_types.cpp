#include "support/ecr_double/http_types.hpp"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ecrelay::ecr_double {
namespace {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

enum class RangeKind { None, One, Unsatisfiable };

/// `range.length` is set for One alone.
RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange& range) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) {
    return RangeKind::None;
  }
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) {
    return RangeKind::None;
  }
  const auto first = base::parse_uint(header.substr(0, dash));
  const auto last = base::parse_uint(header.substr(dash + 1));
  const bool suffix = dash == 0;
  const bool open = dash + 1 == header.size();
  if ((!suffix && !first) || (!open && !last) || (suffix && open)) {
    return RangeKind::None;
  }
  if (suffix) {
    range.length = std::min(*last, size);
    range.first = size - range.length;
    return range.length == 0 ? RangeKind::Unsatisfiable : RangeKind::One;
  }
  if (!open && *last < *first) {
    return RangeKind::None;
  }
  if (*first >= size) {
    return RangeKind::Unsatisfiable;
  }
  range.first = *first;
  range.length = (open ? size : std::min(*last + 1, size)) - *first;
  return RangeKind::One;
}

}  // namespace

std::string_view to_string(Service service) {
  switch (service) {
    case Service::Api:
      return "api";
    case Service::Registry:
      return "registry";
    case Service::S3:
      return "s3";
    case Service::Cdn:
      return "cdn";
    case Service::Upstream:
      return "upstream";
  }
  return "";
}

std::optional<Service> parse_service(std::string_view text) {
  for (const auto service : kServices) {
    if (to_string(service) == text) {
      return service;
    }
  }
  return std::nullopt;
}

std::string Request::header(std::string_view name) const {
  std::string all;
  for (const auto& [field, value] : headers) {
    if (base::equals_ignoring_case(field, name)) {
      all += all.empty() ? value : ", " + value;
    }
  }
  return all;
}

bool Request::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& field) {
    return base::equals_ignoring_case(field.first, name);
  });
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  for (const auto& piece : base::split(query, '&')) {
    const auto equals = piece.find('=');
    if (piece.substr(0, equals) == name) {
      return equals == std::string::npos ? std::string()
                                         : base::percent_decode(piece.substr(equals + 1));
    }
  }
  return std::nullopt;
}

Reply text_reply(int status, std::string_view content_type, std::string body) {
  Reply reply;
  reply.status = status;
  reply.headers.emplace_back("Content-Type", content_type);
  reply.body = Content(std::move(body));
  return reply;
}

Reply registry_error(int status, std::string_view code, std::string_view message) {
  nlohmann::json errors = nlohmann::json::array();
  errors.push_back({{"code", code}, {"message", message}});
  const nlohmann::json body = {{"errors", std::move(errors)}};
  auto reply = text_reply(status, "application/json; charset=utf-8", body.dump() + "\n");
  reply.headers.emplace_back("Docker-Distribution-Api-Version", "registry/2.0");
  return reply;
}

std::optional<Reply> entity_reply(const Request& request, const Content& entity) {
  Reply reply;
  reply.headers.emplace_back("Accept-Ranges", "bytes");
  ByteRange range;
  switch (parse_range(request.header("Range"), entity.size(), range)) {
    case RangeKind::None:
      reply.body = entity;
      return reply;
    case RangeKind::Unsatisfiable:
      return std::nullopt;
    case RangeKind::One:
      break;
  }
  reply.status = 206;
  reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                  std::to_string(range.first + range.length - 1) +
                                                  "/" + std::to_string(entity.size()));
  reply.body = entity.slice(range.first, range.length);
  reply.entity_offset = range.first;
  return reply;
}

std::string http_date(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  const auto length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, length};
}

}  // namespace ecrelay::ecr_double
