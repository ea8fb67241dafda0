#include "upstream/bearer_auth.hpp"

#include <algorithm>
#include <chrono>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "oci/documents.hpp"
#include "upstream/challenge.hpp"

namespace ecrelay::upstream {
namespace {

constexpr net::HttpLimits kRealmLimits{.connect = std::chrono::milliseconds(3000),
                                       .first_byte = std::chrono::milliseconds(5000),
                                       .stall = std::chrono::milliseconds(5000),
                                       .max_body = std::size_t{1} << 20};
constexpr auto kExpiryMargin = std::chrono::seconds(10);

}  // namespace

BearerAuth::BearerAuth(base::Url registry, net::HttpClient& client, const base::Clock& clock)
    : registry_(std::move(registry)), client_(client), clock_(clock) {}

base::Result<std::uint64_t> BearerAuth::authorize(net::HttpRequest& request,
                                                  const std::string& repository) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(repository);
  if (found == tokens_.end() || found->second.expires_at <= clock_.wall()) {
    return 0;  // the registry's challenge tells where to get one
  }
  request.headers.set("Authorization", "Bearer " + found->second.token.reveal());
  return found->second.generation;
}

base::Result<BearerAuth::Token> BearerAuth::ask_realm(const std::string& repository,
                                                      const std::string& challenges) {
  const auto parsed = parse_challenges(challenges);
  const auto bearer = std::find_if(parsed.begin(), parsed.end(),
                                   [](const auto& c) { return c.scheme == "bearer"; });
  if (bearer == parsed.end() || !bearer->parameters.contains("realm")) {
    return base::Error{base::ErrorCode::Unauthenticated,
                       registry_.origin() + " wants a login, and none is configured"};
  }
  net::HttpRequest request;
  ECRELAY_TRY(auto realm, base::Url::parse(bearer->parameters.at("realm")));
  request.url = std::move(realm);
  if (request.url.scheme != "https" &&
      !(request.url.is_loopback() && registry_.is_loopback())) {
    return base::Error{base::ErrorCode::PermissionDenied,
                       registry_.origin() + " names a token service without TLS: not asked"};
  }
  const auto service = bearer->parameters.find("service");
  const auto scope = bearer->parameters.find("scope");
  request.url.query += request.url.query.empty() ? "" : "&";
  if (service != bearer->parameters.end()) {
    request.url.query += "service=" + base::percent_encode(service->second) + "&";
  }
  request.url.query +=
      "scope=" + base::percent_encode(scope != bearer->parameters.end()
                                          ? scope->second
                                          : "repository:" + repository + ":pull");
  ECRELAY_TRY(const auto response, client_.fetch(request, kRealmLimits));
  if (response.status != 200) {
    return base::Error{base::ErrorCode::Unauthenticated,
                       request.url.redacted() + " gave no token: HTTP " +
                           std::to_string(response.status)};
  }
  ECRELAY_TRY(auto answer, oci::parse_token_answer(response.body));
  return Token{std::move(answer.token), 0, clock_.wall() + answer.expires_in - kExpiryMargin};
}

bool BearerAuth::renew(std::uint64_t generation, const std::string& repository, int status,
                       const net::Headers& headers, std::string_view /*body*/) {
  if (status != 401) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    const auto found = tokens_.find(repository);
    if (found != tokens_.end() && found->second.generation > generation) {
      return true;  // another caller has renewed it meanwhile
    }
  }
  auto token = ask_realm(repository, headers.joined("WWW-Authenticate"));
  if (!token.ok()) {
    base::log_warn("no anonymous token", {{"why", token.error().message}});
    return false;
  }
  const std::lock_guard lock(mutex_);
  token->generation = ++last_generation_;
  tokens_[repository] = std::move(*token);
  return true;
}

}  // namespace ecrelay::upstream
