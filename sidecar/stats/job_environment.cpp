#include "stats/job_environment.hpp"

#include <string>

#include "base/random.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"

namespace ecrelay::stats {
namespace {

using base::Environment;

std::string value_of(const Environment& environment, std::string_view name) {
  return environment.get(name).value_or("");
}

/// The first variable of the list that is set.
std::string first_of(const Environment& environment,
                     std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (auto value = environment.get(name)) {
      return *value;
    }
  }
  return {};
}

/// Without a trailing slash, so that paths can be put behind it.
std::string base_url(std::string url) {
  while (!url.empty() && url.back() == '/') {
    url.pop_back();
  }
  return url;
}

Job github_job(const Environment& environment) {
  Job job;
  job.provider = "github";
  job.server = base_url(value_of(environment, "GITHUB_SERVER_URL"));
  job.project = value_of(environment, "GITHUB_REPOSITORY");
  job.pipeline = value_of(environment, "GITHUB_WORKFLOW");
  job.run = value_of(environment, "GITHUB_RUN_ID");
  job.attempt = value_of(environment, "GITHUB_RUN_ATTEMPT");
  job.name = value_of(environment, "GITHUB_JOB");
  job.key = first_of(environment, {"RUNNER_TRACKING_ID", "RUNNER_NAME"});
  job.ref = value_of(environment, "GITHUB_REF");
  job.commit_sha = value_of(environment, "GITHUB_SHA");
  job.runner = value_of(environment, "RUNNER_NAME");
  if (!job.server.empty() && !job.project.empty() && !job.run.empty()) {
    job.url = job.server + "/" + job.project + "/actions/runs/" + job.run;
    job.url += job.attempt.empty() ? "" : "/attempts/" + job.attempt;
  }
  return job;
}

Job gitlab_job(const Environment& environment) {
  Job job;
  job.provider = "gitlab";
  job.server = base_url(value_of(environment, "CI_SERVER_URL"));
  job.project = value_of(environment, "CI_PROJECT_PATH");
  job.pipeline = value_of(environment, "CI_PIPELINE_ID");
  // A retry is a new CI_JOB_ID, so there is no attempt to tell apart.
  job.run = value_of(environment, "CI_JOB_ID");
  job.name = value_of(environment, "CI_JOB_NAME");
  if (const auto index = environment.get("CI_NODE_INDEX")) {
    job.key = *index + "/" + value_of(environment, "CI_NODE_TOTAL");
  }
  job.ref = value_of(environment, "CI_COMMIT_REF_NAME");
  job.commit_sha = value_of(environment, "CI_COMMIT_SHA");
  job.url = value_of(environment, "CI_JOB_URL");
  job.runner = first_of(environment, {"CI_RUNNER_DESCRIPTION", "CI_RUNNER_ID"});
  return job;
}

Job jenkins_job(const Environment& environment) {
  Job job;
  job.provider = "jenkins";
  job.server = base_url(value_of(environment, "JENKINS_URL"));
  job.project = value_of(environment, "JOB_NAME");
  job.pipeline = value_of(environment, "BUILD_TAG");
  job.run = first_of(environment, {"BUILD_NUMBER", "BUILD_ID"});
  job.name = first_of(environment, {"STAGE_NAME", "JOB_BASE_NAME"});
  job.key = value_of(environment, "EXECUTOR_NUMBER");
  job.ref = first_of(environment, {"BRANCH_NAME", "GIT_BRANCH"});
  job.commit_sha = value_of(environment, "GIT_COMMIT");
  job.url = first_of(environment, {"RUN_DISPLAY_URL", "BUILD_URL"});
  job.runner = value_of(environment, "NODE_NAME");
  return job;
}

Job local_job(const Environment& environment, const base::Clock& clock) {
  Job job;
  job.provider = "local";
  job.runner = value_of(environment, "HOSTNAME");
  job.run = base::format_utc(clock.wall());
  job.key = base::random_hex(4);
  return job;
}

Job detected_job(const Environment& environment, const base::Clock& clock) {
  if (environment.get("GITHUB_RUN_ID")) {
    return github_job(environment);
  }
  if (environment.get("CI_JOB_ID")) {
    return gitlab_job(environment);
  }
  if (environment.get("BUILD_TAG")) {
    return jenkins_job(environment);
  }
  return local_job(environment, clock);
}

Job begun(Job job, const base::Clock& clock) {
  if (job.id.empty()) {
    job.id = job_id_of(job);
  }
  job.started_at = base::unix_micros(clock.wall());
  return job;
}

}  // namespace

Job job_from_environment(const Environment& environment, const base::Clock& clock) {
  return begun(detected_job(environment, clock), clock);
}

base::Result<void> set_job_field(Job& job, std::string_view name, std::string_view value) {
  std::vector<std::string> names;
  for (const auto& field : kJobFields) {
    if (field.name == name) {
      if (field.member == &Job::id && !is_job_id(value)) {
        return base::Error{base::ErrorCode::InvalidArgument,
                           "'" + base::printable(value) +
                               "' cannot be a job's id: a-z, 0-9 and single '-', '.' or '_' "
                               "between them, at most 100"};
      }
      job.*field.member = value;
      return {};
    }
    names.emplace_back(field.name);
  }
  return base::Error{
      base::ErrorCode::InvalidArgument,
      "a job has no column '" + base::printable(name) + "'; there are " + base::join(names, ", ")};
}

base::Result<std::optional<Job>> job_from_option(std::string_view option,
                                                 const Environment& environment,
                                                 const base::Clock& clock) {
  if (option == "none") {
    return std::optional<Job>();
  }
  auto job = detected_job(environment, clock);
  if (option != "auto") {
    for (const auto& pair : base::split(option, ',')) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos) {
        return base::Error{
            base::ErrorCode::InvalidArgument,
            "'" + base::printable(pair) + "' is no job; write auto, none or COLUMN=VALUE,..."};
      }
      ECRELAY_TRY_VOID(set_job_field(job, base::trim(pair.substr(0, equals)),
                                     base::trim(pair.substr(equals + 1))));
    }
  }
  return std::optional(begun(std::move(job), clock));
}

}  // namespace ecrelay::stats
