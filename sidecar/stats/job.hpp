#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stats/outcome.hpp"

namespace ecrelay::stats {

/// One CI job, the unit of the statistics: the columns of the table `job`. Value type; a text that
/// is not known is empty. Times are microseconds UTC.
struct Job {
  std::string id;  ///< as job_id_of() makes it: fit for a URL path and for a repository path
  std::string provider;
  std::string server;
  std::string project;
  std::string pipeline;
  std::string run;
  std::string attempt;
  std::string name;
  std::string key;  ///< what tells the legs of a matrix, or parallel stages, apart
  std::string ref;
  std::string commit_sha;
  std::string url;
  std::string runner;
  std::int64_t started_at = 0;
  std::optional<std::int64_t> ended_at;
  JobStatus status = JobStatus::Open;
};

/// A text column of `job` by its name. The one table that SQL, JSON and KEY=VALUE are made from.
struct JobField {
  std::string_view name;
  std::string Job::*member;
};
inline constexpr auto kJobFields = std::to_array<JobField>({{"id", &Job::id},
                                                            {"provider", &Job::provider},
                                                            {"server", &Job::server},
                                                            {"project", &Job::project},
                                                            {"pipeline", &Job::pipeline},
                                                            {"run", &Job::run},
                                                            {"attempt", &Job::attempt},
                                                            {"name", &Job::name},
                                                            {"key", &Job::key},
                                                            {"ref", &Job::ref},
                                                            {"commit_sha", &Job::commit_sha},
                                                            {"url", &Job::url},
                                                            {"runner", &Job::runner}});

/// Whether `id` can be a job's id: 1 to 100 of a-z 0-9 and single separators (- . _) between them,
/// so that it is also a valid component of an OCI repository name.
bool is_job_id(std::string_view id);

/// The id of a job from what tells it apart: "github-1234-1-build-1a2b3c4d". The same columns give
/// the same id, others another one (the last part is a hash of them).
std::string job_id_of(const Job& job);

}  // namespace ecrelay::stats
