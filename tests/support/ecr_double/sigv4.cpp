#include "support/ecr_double/sigv4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/strings.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string hex_hash(std::string_view text) {
  return base::sha256(text).hex();
}

std::string hex(std::string_view bytes) {
  return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string scope_of(const Authorization& authorization) {
  return authorization.date + "/" + authorization.region + "/" + authorization.service +
         "/aws4_request";
}

std::string sign(const std::string& canonical, const Authorization& authorization,
                 const std::string& time, const std::string& secret) {
  const auto to_sign = std::string(kAlgorithm) + "\n" + time + "\n" + scope_of(authorization) +
                       "\n" + hex_hash(canonical);
  auto key = hmac_sha256("AWS4" + secret, authorization.date);
  key = hmac_sha256(key, authorization.region);
  key = hmac_sha256(key, authorization.service);
  key = hmac_sha256(key, "aws4_request");
  return hex(hmac_sha256(key, to_sign));
}

/// Sorted by encoded name, then value; a name without '=' has an empty value.
std::string canonical_query(const std::string& query) {
  if (query.empty()) {
    return "";
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& piece : base::split(query, '&')) {
    const auto equals = std::min(piece.find('='), piece.size());
    const auto encode = [](const std::string& text) {
      return base::percent_encode(base::percent_decode(text).value_or(text));
    };
    pairs.emplace_back(encode(piece.substr(0, equals)),
                       equals < piece.size() ? encode(piece.substr(equals + 1)) : "");
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<std::string> pieces;
  for (const auto& [name, value] : pairs) {
    pieces.push_back(name + "=" + value);
  }
  return base::join(pieces, "&");
}

/// Trimmed, runs of spaces made one.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : base::trim(value)) {
    if (c != ' ' || out.empty() || out.back() != ' ') {
      out += c;
    }
  }
  return out;
}

std::string canonical_headers(const Request& request, const std::string& signed_headers) {
  std::string lines;
  for (const auto& name : base::split(signed_headers, ';')) {
    std::string values;
    for (const auto& [field, value] : request.headers) {
      if (base::equals_ignoring_case(field, name)) {
        values += (values.empty() ? "" : ",") + canonical_value(value);
      }
    }
    lines += name + ":" + values + "\n";
  }
  return lines;
}

}  // namespace

std::optional<Authorization> parse_authorization(std::string_view header) {
  if (!header.starts_with(std::string(kAlgorithm) + " ")) {
    return std::nullopt;
  }
  std::map<std::string, std::string> fields;
  for (const auto& piece : base::split(header.substr(kAlgorithm.size() + 1), ',')) {
    const auto field = base::trim(piece);
    const auto equals = std::min(field.find('='), field.size());
    fields[std::string(field.substr(0, equals))] = field.substr(std::min(equals + 1, field.size()));
  }
  const auto scope = base::split(fields["Credential"], '/');
  if (scope.size() != 5 || scope[4] != "aws4_request" || fields["SignedHeaders"].empty() ||
      fields["Signature"].empty()) {
    return std::nullopt;
  }
  return Authorization{scope[0],           scope[1], scope[2], scope[3], fields["SignedHeaders"],
                       fields["Signature"]};
}

std::string header_signature(const Request& request, const Authorization& authorization,
                             const std::string& time, const std::string& secret) {
  const auto canonical = request.method + "\n" + base::percent_encode(request.path, "/") + "\n" +
                         canonical_query(request.query) + "\n" +
                         canonical_headers(request, authorization.signed_headers) + "\n" +
                         authorization.signed_headers + "\n" + hex_hash(request.body);
  return sign(canonical, authorization, time, secret);
}

std::string presigned_signature(std::string_view method, std::string_view host,
                                std::string_view path, std::string_view query,
                                const Authorization& scope, const std::string& time,
                                const std::string& secret) {
  std::string canonical(method);
  canonical.append("\n").append(path).append("\n").append(query);
  canonical.append("\nhost:").append(base::lower(host)).append("\n\nhost\nUNSIGNED-PAYLOAD");
  return sign(canonical, scope, time, secret);
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
  return {reinterpret_cast<const char*>(digest), length};
}

std::string amz_date(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const auto length = std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return {text, length};
}

std::optional<std::chrono::system_clock::time_point> parse_amz_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%Y%m%dT%H%M%SZ", &parts);
  // The library's clock ends in the year 2262.
  constexpr int kLastYear = 2200;
  if (copy.size() != 16 || end == nullptr || *end != '\0' || parts.tm_year + 1900 > kLastYear) {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace ecrelay::ecr_double
