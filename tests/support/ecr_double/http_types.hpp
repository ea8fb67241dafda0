#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/ecr_double/content.hpp"

namespace ecrelay::ecr_double {

/// The servers of the double: one port each.
enum class Service { Api, Registry, S3, Cdn, Upstream };
inline constexpr Service kServices[] = {Service::Api, Service::Registry, Service::S3, Service::Cdn,
                                        Service::Upstream};

/// "api", "registry", "s3", "cdn", "upstream".
std::string_view to_string(Service service);
std::optional<Service> parse_service(std::string_view text);

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// A request as it came: target, path and query are never decoded.
struct Request {
  std::string method;
  std::string target;
  std::string path;
  std::string query;
  HeaderList headers;
  std::string body;

  /// Every field of that name joined with ", "; empty if there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
  /// The value of a query parameter, percent-decoded; nothing if it is absent or badly encoded.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

/// How fast a reply goes out: a wait before its head, then a rate (0: as fast as it goes).
struct Pace {
  std::chrono::milliseconds latency{0};
  std::uint64_t bytes_per_second = 0;
};

struct Reply {
  int status = 200;
  HeaderList headers;  ///< Content-Length and Date are added
  Content body;
  std::uint64_t entity_offset = 0;  ///< where the body begins in the whole, of a 206
  Pace pace;
};

/// What one port answers. Thread-safe: the server calls it from a thread per connection.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// What sort of request it is, for the log and the counters: "manifest", "blob",
  /// "GetAuthorizationToken". Depends on the request alone.
  [[nodiscard]] virtual std::string kind(const Request& request) const = 0;
  virtual Reply answer(const Request& request) = 0;
};

Reply text_reply(int status, std::string_view content_type, std::string body);

/// {"errors":[{"code":..,"message":..}]}, as the distribution spec has it.
Reply registry_error(int status, std::string_view code, std::string_view message);

/// The entity, or the one range of it that was asked for (RFC 9110 14.2): 206 and Content-Range, or
/// nothing where the range begins past the end. Several ranges are ignored, as S3 does.
std::optional<Reply> entity_reply(const Request& request, const Content& entity);

/// "Tue, 24 Nov 2026 10:15:00 GMT".
std::string http_date(std::chrono::system_clock::time_point time);

}  // namespace ecrelay::ecr_double
