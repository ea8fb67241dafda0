#include "app/api_jobs.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "app/job_report.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"
#include "stats/job.hpp"
#include "stats/queries.hpp"
#include "stats/report_json.hpp"
#include "stats/schema.hpp"

namespace ecrelay::app {
namespace {

using stats::Job;
using stats::Json;

constexpr std::size_t kListed = 1000;
constexpr std::size_t kIdPart = 3;  // of /api/v1/jobs/ID
constexpr auto kFlushTime = std::chrono::seconds(5);

/// Nothing tells it apart: it gets what does, as a job at a terminal does.
void tell_apart(Job& job, const base::Clock& clock) {
  if (job.id.empty() && job.run.empty() && job.key.empty() && job.name.empty()) {
    job.run = base::format_utc(clock.wall());
    job.key = base::random_hex(4);
  }
  if (job.provider.empty()) {
    job.provider = "local";
  }
}

std::string authority_of(const std::string& endpoint) {
  return endpoint.substr(endpoint.find("://") + 3);
}

/// The ways to name a job in a request (design: the job's own listener, a path before or after /v2,
/// a header), each for the clients that can send it.
Json mirror_json(const Relay& relay, const std::string& id, const std::string& own_endpoint) {
  const auto& shared = relay.endpoint();
  return Json::object({{"dockerd", own_endpoint},
                       {"hosts_toml", shared + "/job/" + id},
                       {"buildkit", authority_of(shared) + "/job.ecrelay/" + id},
                       {"header", "X-Ecrelay-Job: " + id}});
}

/// A listener of the job's own; the default job has the relay's.
std::string endpoint_for(Relay& relay, const std::string& job) {
  if (job == relay.jobs().default_id()) {
    return relay.endpoint();
  }
  auto listener = relay.open_job_listener(job);
  if (!listener.ok()) {
    base::log_warn("a job has no listener of its own",
                   {{"job", job}, {"why", listener.error().message}});
    return relay.endpoint();
  }
  return std::move(*listener);
}

std::vector<Job> known_jobs(Relay& relay) {
  // Without the database there are the jobs of this relay, which are what it can tell.
  std::ignore = relay.recorder().flush(base::Deadline::after(kFlushTime));
  auto database = stats::open_for_reading(relay.options().state_dir);
  if (database.ok()) {
    if (auto jobs = stats::list_jobs(*database, kListed); jobs.ok()) {
      return std::move(*jobs);
    }
  }
  return relay.jobs().open_jobs();
}

std::optional<Job> find_own(Relay& relay, const std::string& id) {
  return id == "current" ? relay.jobs().current() : relay.jobs().find(id);
}

}  // namespace

net::ServerResponse list_jobs(Relay& relay, const ApiRequest&) {
  Json jobs = Json::array();
  for (const auto& job : known_jobs(relay)) {
    jobs.push(stats::job_json(job));
  }
  return reply_json(200, Json::object({{"jobs", jobs}}));
}

net::ServerResponse show_job(Relay& relay, const ApiRequest& request) {
  const auto report = live_report(relay, request.parts[kIdPart]);
  if (!report.ok()) {
    return reply_error(report.error());
  }
  auto json = stats::job_json(report->job);
  json.set("totals", stats::totals_json(report->totals));
  return reply_json(200, json);
}

net::ServerResponse show_job_report(Relay& relay, const ApiRequest& request) {
  const auto formats = request.query_values("format");
  const auto format = parse_report_format(formats.empty() ? "json" : formats.back());
  if (!format.ok()) {
    return reply_error(format.error());
  }
  const auto report = live_report(relay, request.parts[kIdPart]);
  if (!report.ok()) {
    return reply_error(report.error());
  }
  return reply(200, content_type_of(*format), render(*report, *format));
}

net::ServerResponse open_job(Relay& relay, const ApiRequest& request) {
  const auto body = request.json_body();
  if (!body.ok()) {
    return reply_error(body.error());
  }
  auto job = stats::job_from_json(*body);
  if (!job.ok()) {
    return reply_error(job.error());
  }
  tell_apart(*job, base::SystemClock());
  if (job->id.empty()) {
    job->id = stats::job_id_of(*job);
  }
  const auto before = relay.jobs().find(job->id);
  const bool reopened = before && before->status == stats::JobStatus::Open;
  const auto opened = relay.jobs().open(*job);
  if (!opened.ok()) {
    return reply_error(opened.error());
  }
  const auto endpoint = endpoint_for(relay, opened->id);
  return reply_json(201, Json::object({{"id", opened->id},
                                       {"endpoint", endpoint},
                                       {"reopened", reopened},
                                       {"mirror", mirror_json(relay, opened->id, endpoint)}}));
}

net::ServerResponse close_job(Relay& relay, const ApiRequest& request) {
  const auto body = request.json_body();
  if (!body.ok()) {
    return reply_error(body.error());
  }
  const auto given = body->get("status");
  const auto word = given.is_null() ? std::optional<std::string>("unknown") : given.as_string();
  const auto status = word ? stats::parse<stats::JobStatus>(*word) : std::nullopt;
  if (!status || *status == stats::JobStatus::Open) {
    return reply_error(400, "\"status\" has to be success, failure, cancelled or unknown");
  }
  const auto job = find_own(relay, request.parts[kIdPart]);
  if (!job) {
    return reply_error(
        404, "no job '" + base::printable(request.parts[kIdPart]) + "' was opened at this relay");
  }
  const auto closed = relay.jobs().close(job->id, *status);
  if (!closed.ok()) {
    return reply_error(closed.error());
  }
  relay.close_job_listener(job->id);
  // The answer is the job's end, whether the disk has it yet or not.
  std::ignore = relay.recorder().flush(base::Deadline::after(kFlushTime));
  return reply_json(200, stats::job_json(*closed));
}

}  // namespace ecrelay::app
