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
constexpr std::chrono::seconds kExpiryMargin{10};
constexpr auto kWaitBound = std::chrono::seconds(10);

/// The life of a token less a margin, so that it does not expire on its way.
std::chrono::seconds usable_life(std::chrono::seconds life) {
  return life - std::min(kExpiryMargin, life / 2);
}

}  // namespace

BearerAuth::BearerAuth(base::Url registry, net::HttpClient& client, const base::Clock& clock)
    : registry_(std::move(registry)), client_(client), clock_(clock) {}

const BearerAuth::Token* BearerAuth::usable(const std::string& repository) const {
  const auto found = tokens_.find(repository);
  return found != tokens_.end() && clock_.wall() < found->second.expires_at ? &found->second
                                                                            : nullptr;
}

base::Result<std::uint64_t> BearerAuth::authorize(net::HttpRequest& request,
                                                  const std::string& repository) {
  const std::lock_guard lock(mutex_);
  const auto* token = usable(repository);
  if (token == nullptr) {
    request.headers.remove("Authorization");
    return 0;  // the registry's challenge tells where to get one
  }
  request.headers.set("Authorization", "Bearer " + token->token.reveal());
  return token->generation;
}

base::Result<net::HttpRequest> BearerAuth::realm_request(const std::string& repository,
                                                         const std::string& challenges) const {
  const auto parsed = parse_challenges(challenges);
  const auto bearer = std::find_if(parsed.begin(), parsed.end(),
                                   [](const auto& c) { return c.scheme == "bearer"; });
  if (bearer == parsed.end() || !bearer->parameters.contains("realm")) {
    return base::Error{base::ErrorCode::Unauthenticated,
                       registry_.origin() + " wants a login, and none is configured"};
  }
  net::HttpRequest request;
  ECRELAY_TRY(request.url, base::Url::parse(bearer->parameters.at("realm")));
  auto& url = request.url;
  if (url.scheme != "https" && !(url.is_loopback() && registry_.is_loopback())) {
    return base::Error{base::ErrorCode::PermissionDenied,
                       registry_.origin() + " names a token service without TLS: not asked"};
  }
  const auto service = bearer->parameters.find("service");
  const auto scope = bearer->parameters.find("scope");
  const bool has_scope = scope != bearer->parameters.end();
  url.query += url.query.empty() ? "" : "&";
  if (service != bearer->parameters.end()) {
    url.query += "service=" + base::percent_encode(service->second) + "&";
  }
  url.query += "scope=" + base::percent_encode(has_scope ? scope->second
                                                         : "repository:" + repository + ":pull");
  return request;
}

base::Result<BearerAuth::Token> BearerAuth::ask_realm(const std::string& repository,
                                                      const std::string& challenges) {
  ECRELAY_TRY(const auto request, realm_request(repository, challenges));
  ECRELAY_TRY(const auto response, client_.fetch(request, kRealmLimits));
  if (response.status != 200) {
    return base::Error{
        base::ErrorCode::Unauthenticated,
        request.url.redacted() + " gave no token: HTTP " + std::to_string(response.status)};
  }
  ECRELAY_TRY(auto answer, oci::parse_token_answer(response.body));
  return Token{std::move(answer.token), 0, clock_.wall() + usable_life(answer.expires_in),
               challenges};
}

bool BearerAuth::renew(std::uint64_t generation, const std::string& repository, int status,
                       const net::Headers& headers, std::string_view /*body*/) {
  // ECR Public refuses an expired token with 400, without a challenge.
  const bool blamed = status == 401 || (status == 400 && generation > 0);
  if (!blamed) {
    return false;
  }
  std::unique_lock lock(mutex_);
  const bool waits = asking_.contains(repository);
  const auto deadline = base::Deadline::after(kWaitBound);
  if (!answered_.wait_until(lock, deadline.when(), [&] { return !asking_.contains(repository); })) {
    return false;
  }
  if (const auto* token = usable(repository); token != nullptr && token->generation > generation) {
    return true;  // another caller has renewed it meanwhile
  }
  if (waits) {
    return false;  // as did the one that was waited for
  }
  auto challenges = headers.joined("WWW-Authenticate");
  if (const auto found = tokens_.find(repository); challenges.empty() && found != tokens_.end()) {
    challenges = found->second.challenges;
  }
  asking_.insert(repository);
  lock.unlock();
  auto token = ask_realm(repository, challenges);
  lock.lock();
  asking_.erase(repository);
  answered_.notify_all();
  if (!token.ok()) {
    lock.unlock();
    base::log_warn("no anonymous token", {{"why", token.error().message}});
    return false;
  }
  token->generation = ++last_generation_;
  tokens_[repository] = std::move(*token);
  return true;
}

}  // namespace ecrelay::upstream
