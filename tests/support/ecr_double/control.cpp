#include "support/ecr_double/control.hpp"

#include <string_view>

#include "support/ecr_double/json_forms.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr std::string_view kRoot = "/_emulator/";

Reply json_reply(std::string body) {
  return text_reply(200, "application/json", std::move(body));
}

Reply refused(int status, const std::string& why) {
  return text_reply(status, "text/plain; charset=utf-8", why + "\n");
}

Reply done() {
  Reply reply;
  reply.status = 204;
  return reply;
}

}  // namespace

bool Control::owns(const Request& request) {
  return request.path.starts_with(kRoot);
}

Reply Control::answer(const Request& request) {
  const auto what = request.method + " " + request.path.substr(kRoot.size());
  if (what == "GET counters") {
    return json_reply(counters_json(state_.log.counters()));
  }
  if (what == "GET log") {
    return json_reply(log_json(state_.log.entries()));
  }
  if (what == "POST faults") {
    return add_faults(request);
  }
  if (what == "DELETE faults") {
    state_.faults.clear();
    return done();
  }
  if (what == "POST settings") {
    return change_settings(request);
  }
  if (what == "POST expire-tokens") {
    state_.identity.expire_tokens();
    return done();
  }
  if (what == "POST expire-credentials") {
    state_.identity.expire_credentials();
    return done();
  }
  if (what == "POST expire-downloads") {
    state_.links.expire();
    return done();
  }
  if (what == "POST reset") {
    state_.reset();
    return done();
  }
  return refused(404, "the control interface has no " + what);
}

Reply Control::add_faults(const Request& request) {
  const auto rules = parse_fault_rules(request.body);
  if (!rules) {
    return refused(400, rules.error().message);
  }
  for (const auto& rule : *rules) {
    state_.faults.add(rule);
  }
  return done();
}

Reply Control::change_settings(const Request& request) {
  const auto settings = ecr_double::change_settings(state_.settings(), request.body);
  if (!settings) {
    return refused(400, settings.error().message);
  }
  state_.set(*settings);
  return done();
}

}  // namespace ecrelay::ecr_double
