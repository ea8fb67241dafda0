#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "support/ecr_double/ecr_double.hpp"
#include "support/ecr_double/sigv4.hpp"
#include "support/raw_client.hpp"

namespace ecrelay::ecr_double {

inline constexpr char kAcceptAll[] =
    "application/vnd.docker.distribution.manifest.list.v2+json,"
    "application/vnd.docker.distribution.manifest.v2+json,"
    "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json";

/// An API request that is right in every part; a test spoils one and signs again.
struct ApiCall {
  Request request;
  Authorization scope;
  std::string time;
  std::string secret;
};

inline ApiCall api_call(const EcrDouble& ecr, const std::string& action, const std::string& body,
                        const Credentials& credentials = {}) {
  ApiCall call;
  call.time = amz_date(std::chrono::system_clock::now());
  call.secret = credentials.secret_key;
  call.scope = {credentials.access_key,
                call.time.substr(0, 8),
                "us-east-1",
                "ecr",
                "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                ""};
  call.request.method = "POST";
  call.request.path = "/";
  call.request.body = body;
  call.request.headers = {{"Host", support::authority_of(ecr.api_url())},
                          {"Content-Type", "application/x-amz-json-1.1"},
                          {"X-Amz-Date", call.time},
                          {"X-Amz-Security-Token", credentials.session_token},
                          {"X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921." + action}};
  return call;
}

inline support::RawAnswer send(const EcrDouble& ecr, const ApiCall& call) {
  support::RawRequest raw{.method = "POST", .url = ecr.api_url() + "/", .body = call.request.body};
  for (const auto& header : call.request.headers) {
    if (header.first != "Host") {
      raw.headers.push_back(header);
    }
  }
  const auto& scope = call.scope;
  const auto signature = header_signature(call.request, scope, call.time, call.secret);
  raw.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + scope.access_key +
                                                "/" + scope.date + "/" + scope.region + "/" +
                                                scope.service + "/aws4_request, SignedHeaders=" +
                                                scope.signed_headers + ", Signature=" + signature);
  return support::send_raw(raw);
}

inline nlohmann::json call_api(const EcrDouble& ecr, const std::string& action,
                               const std::string& body) {
  return nlohmann::json::parse(send(ecr, api_call(ecr, action, body)).body);
}

inline std::string basic(const std::string& password) {
  return "Basic " + base::base64_encode("AWS:" + password);
}

/// A request to the registry with a good password.
inline support::RawAnswer ask_registry(EcrDouble& ecr, const std::string& path,
                                       const std::string& method = "GET") {
  return support::send_raw(
      {.method = method,
       .url = ecr.registry_url() + path,
       .headers = {{"Authorization", basic(ecr.issue_password())}, {"Accept", kAcceptAll}}});
}

inline nlohmann::json error_of(const support::RawAnswer& answer) {
  const auto document = nlohmann::json::parse(answer.body, nullptr, false);
  return document.is_object() && document.contains("errors") ? document["errors"].at(0)
                                                             : nlohmann::json();
}

/// One layer of `bytes` random bytes, for tests that look at bytes alone.
inline Image one_layer_image(std::size_t bytes, std::uint64_t seed = 7) {
  return make_image(
      {.layers = {make_layer(LayerForm::Stored,
                             {{.path = "data.bin", .content = random_bytes(seed, bytes)}})}});
}

inline std::string first_layer(const Image& image) {
  return read_links(image.manifest()).blobs.front();
}

inline Options with_image(const std::string& registry, const std::string& repository,
                          const Image& image) {
  Options options;
  options.images = {{registry, repository, "1", image}};
  return options;
}

}  // namespace ecrelay::ecr_double
