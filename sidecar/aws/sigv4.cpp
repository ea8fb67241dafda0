#include "aws/sigv4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <map>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/strings.hpp"

namespace ecrelay::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kDateHeader = "X-Amz-Date";
constexpr std::string_view kTokenHeader = "X-Amz-Security-Token";
constexpr std::string_view kBodyHashHeader = "x-amz-content-sha256";
constexpr std::string_view kAuthorization = "Authorization";

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(), result.data(),
           &size) == nullptr) {
    throw std::bad_alloc();
  }
  return {result.begin(), result.begin() + size};
}

std::string hex(std::string_view bytes) {
  return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// "20260102T030405Z"; its first 8 characters are the scope's date, so both are of one moment.
std::string basic_utc(base::Wall::time_point time) {
  const std::time_t seconds = base::Wall::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 20> buffer{};
  std::strftime(buffer.data(), buffer.size(), "%Y%m%dT%H%M%SZ", &parts);
  return buffer.data();
}

std::string normalized(std::string_view path) {
  std::vector<std::string> kept;
  const auto segments = base::split(path, '/');
  for (const auto& segment : segments) {
    if (segment == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  auto result = "/" + base::join(kept, "/");
  const auto& last = segments.back();
  if (!kept.empty() && (last.empty() || last == "." || last == "..")) {
    result += '/';
  }
  return result;
}

std::string canonical_path(std::string_view path, PathForm form) {
  if (path.empty()) {
    return "/";
  }
  return base::percent_encode(form == PathForm::Normalized ? normalized(path) : std::string(path),
                              "/");
}

/// A part of a query may come encoded or raw: it is brought to the one encoded form.
std::string encoded_once(std::string_view part) {
  return base::percent_encode(base::percent_decode(part).value_or(std::string(part)));
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) {
    return {};
  }
  // Pairs are sorted, not "key=value" texts: '-' comes before '='.
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& part : base::split(query, '&')) {
    const auto equals = part.find('=');
    const auto value = equals == std::string::npos ? std::string() : part.substr(equals + 1);
    pairs.emplace_back(encoded_once(part.substr(0, equals)), encoded_once(value));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string result;
  for (const auto& [key, value] : pairs) {
    result += (result.empty() ? "" : "&") + key + "=" + value;
  }
  return result;
}

bool is_signed(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNever = {
      "authorization", "connection",        "expect",  "keep-alive", "te",
      "trailer",       "transfer-encoding", "upgrade", "user-agent",
  };
  return !name.starts_with("proxy-") && name != "x-amzn-trace-id" &&
         std::find(kNever.begin(), kNever.end(), name) == kNever.end();
}

/// Trimmed, each inner run of white space (a folded line is one, too) one space.
std::string collapsed(std::string_view value) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::string result;
  while (true) {
    value = base::trim(value);
    if (value.empty()) {
      return result;
    }
    const auto end = std::min(value.find_first_of(kSpace), value.size());
    result += (result.empty() ? "" : " ") + std::string(value.substr(0, end));
    value.remove_prefix(end);
  }
}

/// Sorted by lower-case name; values of one name joined in their order.
std::map<std::string, std::string> canonical_headers(const net::Headers& headers) {
  std::map<std::string, std::string> canonical;
  for (const auto& [field, value] : headers) {
    const auto name = base::lower(field);
    if (!is_signed(name)) {
      continue;
    }
    const auto [entry, is_new] = canonical.emplace(name, collapsed(value));
    if (!is_new) {
      entry->second += "," + collapsed(value);
    }
  }
  return canonical;
}

struct CanonicalRequest {
  std::string text;
  std::string signed_headers;
};

CanonicalRequest canonical_request(const SigningInput& input, const net::Headers& headers,
                                   PathForm form, std::string_view body_hash) {
  CanonicalRequest result;
  std::string lines;
  for (const auto& [name, value] : canonical_headers(headers)) {
    lines += name + ":" + value + "\n";
    result.signed_headers += (result.signed_headers.empty() ? "" : ";") + name;
  }
  result.text = input.method + "\n" + canonical_path(input.path, form) + "\n" +
                canonical_query(input.query) + "\n" + lines + "\n" + result.signed_headers + "\n" +
                std::string(body_hash);
  return result;
}

std::string signing_key(const Credentials& credentials, std::string_view date,
                        const SigningScope& scope) {
  auto key = hmac_sha256("AWS4" + credentials.secret_access_key.reveal(), date);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service),
        std::string_view("aws4_request")}) {
    key = hmac_sha256(key, part);
  }
  return key;
}

void remove_signature(net::Headers& headers) {
  for (const auto name : {kAuthorization, kDateHeader, kTokenHeader, kBodyHashHeader}) {
    headers.remove(name);
  }
}

}  // namespace

Signature sign(const SigningInput& input, const Credentials& credentials, const SigningScope& scope,
               const SigningOptions& options) {
  const auto time = basic_utc(scope.time);
  const auto date = time.substr(0, 8);
  const auto body_hash = base::sha256(input.body).hex();
  Signature result;
  result.headers.set(kDateHeader, time);
  if (options.body_hash == BodyHashHeader::Signed) {
    result.headers.set(kBodyHashHeader, body_hash);
  }
  const bool has_token = !credentials.session_token.empty();
  if (has_token && options.session_token == SessionTokenHeader::Signed) {
    result.headers.set(kTokenHeader, credentials.session_token.reveal());
  }
  auto headers = input.headers;
  remove_signature(headers);
  for (const auto& [name, value] : result.headers) {
    headers.set(name, value);
  }
  const auto canonical = canonical_request(input, headers, options.path, body_hash);
  const auto scope_text = date + "/" + scope.region + "/" + scope.service + "/aws4_request";
  result.canonical_request = canonical.text;
  result.string_to_sign = std::string(kAlgorithm) + "\n" + time + "\n" + scope_text + "\n" +
                          base::sha256(canonical.text).hex();
  const base::Secret key(signing_key(credentials, date, scope));
  result.signature = hex(hmac_sha256(key.reveal(), result.string_to_sign));
  if (has_token && options.session_token == SessionTokenHeader::AddedAfter) {
    result.headers.set(kTokenHeader, credentials.session_token.reveal());
  }
  result.headers.set(kAuthorization,
                     std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" +
                         scope_text + ", SignedHeaders=" + canonical.signed_headers +
                         ", Signature=" + result.signature);
  return result;
}

void sign_request(net::HttpRequest& request, const Credentials& credentials,
                  const SigningScope& scope) {
  SigningInput input{.method = std::string(request.method == net::Method::Post   ? "POST"
                                           : request.method == net::Method::Head ? "HEAD"
                                                                                 : "GET"),
                     .path = request.url.path,
                     .query = request.url.query,
                     .headers = request.headers,
                     .body = request.body};
  input.headers.set("Host", request.url.authority());
  const auto signature = sign(input, credentials, scope);
  remove_signature(request.headers);
  for (const auto& [name, value] : signature.headers) {
    request.headers.set(name, value);
  }
}

}  // namespace ecrelay::aws
