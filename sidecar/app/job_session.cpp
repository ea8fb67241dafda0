#include "app/job_session.hpp"

#include <chrono>
#include <tuple>
#include <utility>

#include "app/http_api.hpp"
#include "app/job_report.hpp"
#include "app/relay.hpp"
#include "app/running_relay.hpp"
#include "app/state_lock.hpp"
#include "base/clock.hpp"
#include "base/strings.hpp"
#include "stats/job_environment.hpp"
#include "stats/report_json.hpp"

namespace ecrelay::app {
namespace {

using stats::Json;

constexpr auto kLookTime = std::chrono::seconds(10);
constexpr auto kDrainTime = std::chrono::seconds(8);

/// A job at the relay that runs in the state directory.
class HostedSession final : public JobSession {
 public:
  struct Opened {
    std::string endpoint;
    std::string id;
    bool reopened = false;
  };

  HostedSession(base::Path state_folder, const RelayRecord& record, Opened opened,
                const base::Environment& environment)
      : state_folder_(std::move(state_folder)),
        client_(client_of(record, state_folder_, environment)),
        opened_(std::move(opened)) {}

  [[nodiscard]] const std::string& endpoint() const override { return opened_.endpoint; }
  [[nodiscard]] const std::string& job_id() const override { return opened_.id; }

  base::Result<stats::Report> finish(stats::JobStatus status) override {
    const auto path = "/api/v1/jobs/" + base::percent_encode(opened_.id);
    // Either has the relay put every row on disk.
    if (opened_.reopened) {
      ECRELAY_TRY_VOID(client_.get(path));
    } else {
      ECRELAY_TRY_VOID(
          client_.post(path + "/close", Json::object({{"status", stats::word(status)}})));
    }
    return read_report(state_folder_, opened_.id);
  }

 private:
  const base::Path state_folder_;
  RelayClient client_;
  const Opened opened_;
};

/// A relay of this process, whose default job is the session's.
class OwnRelaySession final : public JobSession {
 public:
  OwnRelaySession(StateLock lock, std::unique_ptr<Relay> relay)
      : lock_(std::move(lock)), relay_(std::move(relay)), job_id_(relay_->jobs().default_id()) {}

  [[nodiscard]] const std::string& endpoint() const override { return relay_->endpoint(); }
  [[nodiscard]] const std::string& job_id() const override { return job_id_; }

  base::Result<stats::Report> finish(stats::JobStatus status) override {
    ECRELAY_TRY_VOID(relay_->jobs().close(job_id_, status));
    relay_->drain(base::Deadline::after(kDrainTime));
    return live_report(*relay_, job_id_);
  }

 private:
  StateLock lock_;  // given up after the relay has ended
  std::unique_ptr<Relay> relay_;
  const std::string job_id_;
};

base::Result<std::unique_ptr<JobSession>> open_hosted(const RelayRecord& record,
                                                      const base::Path& state_folder,
                                                      const stats::Job& job,
                                                      const base::Environment& environment) {
  auto client = client_of(record, state_folder, environment);
  ECRELAY_TRY(const auto answer, client.post("/api/v1/jobs", stats::job_json(job)));
  HostedSession::Opened opened{answer.get("endpoint").as_string().value_or(record.endpoint),
                               answer.get("id").as_string().value_or(job.id),
                               answer.get("reopened").as_bool().value_or(false)};
  return std::unique_ptr<JobSession>(
      std::make_unique<HostedSession>(state_folder, record, std::move(opened), environment));
}

config::ServeOptions own_options(const config::Loaded& loaded) {
  auto options = loaded.options;
  if (loaded.settings.get("listen").origin == config::Origin::Default) {
    options.listen = {{"127.0.0.1", 0}};
  }
  if (options.job.kind == config::JobKind::None) {
    options.job.kind = config::JobKind::Auto;
  }
  return options;
}

base::Result<std::unique_ptr<JobSession>> open_own(const config::Loaded& loaded,
                                                   const Console& console) {
  const auto options = own_options(loaded);
  ECRELAY_TRY(auto lock, StateLock::take(options.state_dir));
  ECRELAY_TRY(auto relay, Relay::start(options, console.environment));
  ECRELAY_TRY_VOID(serve_api(*relay, console.environment));
  std::ignore = relay->wait_first_look(base::Deadline::after(kLookTime));  // the reason says it too
  if (const auto reason = relay->not_ready_reason(); !reason.empty()) {
    console.note("not ready: " + reason + "; what ECR cannot serve is asked for elsewhere");
  }
  if (const auto& problem = relay->store().problem(); !problem.empty()) {
    console.note("the store keeps nothing: " + problem);
  }
  return std::unique_ptr<JobSession>(
      std::make_unique<OwnRelaySession>(std::move(lock), std::move(relay)));
}

}  // namespace

base::Result<stats::Job> job_of_settings(const config::Settings& settings,
                                         const base::Environment& environment) {
  const auto& values = settings.get("job").values;
  const auto text = values.empty() || values.front() == "none" ? "auto" : values.front();
  ECRELAY_TRY(auto job, stats::job_from_option(text, environment, base::SystemClock()));
  return job ? *job : stats::job_from_environment(environment, base::SystemClock());
}

base::Result<std::unique_ptr<JobSession>> open_job_session(const config::Loaded& loaded,
                                                           const Console& console) {
  const base::Path state_folder = loaded.options.state_dir;
  const auto found = find_relay(state_folder);
  if (found.state != RelayState::Running) {
    return open_own(loaded, console);
  }
  ECRELAY_TRY(const auto job, job_of_settings(loaded.settings, console.environment));
  return open_hosted(found.record, state_folder, job, console.environment);
}

}  // namespace ecrelay::app
