#include "stats/job.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "stats/job_environment.hpp"

namespace ecrelay::stats {
namespace {

using base::Environment;

const base::SystemClock kClock;

Environment::Map github() {
  return {{"GITHUB_ACTIONS", "true"},
          {"GITHUB_SERVER_URL", "https://github.com"},
          {"GITHUB_REPOSITORY", "octo/app"},
          {"GITHUB_WORKFLOW", "CI"},
          {"GITHUB_RUN_ID", "123456"},
          {"GITHUB_RUN_ATTEMPT", "2"},
          {"GITHUB_JOB", "Build_it"},
          {"GITHUB_REF", "refs/heads/main"},
          {"GITHUB_SHA", "abc123"},
          {"RUNNER_NAME", "GitHub Actions 7"},
          {"RUNNER_TRACKING_ID", "github_1111"}};
}

Job job_of(const Environment::Map& variables) {
  return job_from_environment(Environment::from_map(variables), kClock);
}

TEST(Job, IdsFitAUrlPathAndARepositoryName) {
  for (const std::string_view good : {"a", "github-1-2-build-0a1b2c3d", "a.b_c-d", "1"}) {
    EXPECT_TRUE(is_job_id(good)) << good;
  }
  for (const std::string_view bad : {"", "A", "-a", "a-", "a--b", "a/b", "a b", "a..b", "ä"}) {
    EXPECT_FALSE(is_job_id(bad)) << bad;
  }
  EXPECT_TRUE(is_job_id(std::string(100, 'a')));
  EXPECT_FALSE(is_job_id(std::string(101, 'a')));
}

TEST(JobEnvironment, ReadsGitHub) {
  const auto job = job_of(github());

  EXPECT_EQ(job.provider, "github");
  EXPECT_EQ(job.server, "https://github.com");
  EXPECT_EQ(job.project, "octo/app");
  EXPECT_EQ(job.pipeline, "CI");
  EXPECT_EQ(job.run, "123456");
  EXPECT_EQ(job.attempt, "2");
  EXPECT_EQ(job.name, "Build_it");
  EXPECT_EQ(job.key, "github_1111");
  EXPECT_EQ(job.ref, "refs/heads/main");
  EXPECT_EQ(job.commit_sha, "abc123");
  EXPECT_EQ(job.url, "https://github.com/octo/app/actions/runs/123456/attempts/2");
  EXPECT_EQ(job.runner, "GitHub Actions 7");
  EXPECT_TRUE(job.id.starts_with("github-123456-2-build-it-")) << job.id;
  EXPECT_TRUE(is_job_id(job.id)) << job.id;
  EXPECT_GT(job.started_at, 0);
}

TEST(JobEnvironment, TheSameJobHasTheSameIdAndAnotherHasNot) {
  const auto id = job_of(github()).id;
  EXPECT_EQ(job_of(github()).id, id);

  for (const auto& [name, value] : Environment::Map{{"GITHUB_RUN_ATTEMPT", "3"},
                                                    {"GITHUB_JOB", "test"},
                                                    {"GITHUB_REPOSITORY", "octo/other"},
                                                    {"RUNNER_TRACKING_ID", "github_2222"}}) {
    auto variables = github();
    variables[name] = value;
    EXPECT_NE(job_of(variables).id, id) << name;
  }
}

TEST(JobEnvironment, ReadsGitLab) {
  const auto job = job_of({{"CI_SERVER_URL", "https://gitlab.example/"},
                           {"CI_PROJECT_PATH", "group/app"},
                           {"CI_PIPELINE_ID", "77"},
                           {"CI_JOB_ID", "9001"},
                           {"CI_JOB_NAME", "build: [linux, amd64]"},
                           {"CI_NODE_INDEX", "2"},
                           {"CI_NODE_TOTAL", "5"},
                           {"CI_COMMIT_REF_NAME", "main"},
                           {"CI_COMMIT_SHA", "abc"},
                           {"CI_JOB_URL", "https://gitlab.example/group/app/-/jobs/9001"},
                           {"CI_RUNNER_ID", "12"}});

  EXPECT_EQ(job.provider, "gitlab");
  EXPECT_EQ(job.server, "https://gitlab.example");
  EXPECT_EQ(job.pipeline, "77");
  EXPECT_EQ(job.run, "9001");
  EXPECT_EQ(job.key, "2/5");
  EXPECT_EQ(job.runner, "12");
  EXPECT_TRUE(is_job_id(job.id)) << job.id;
}

TEST(JobEnvironment, ReadsJenkins) {
  const auto job = job_of({{"JENKINS_URL", "https://ci.example/"},
                           {"JOB_NAME", "team/app/main"},
                           {"JOB_BASE_NAME", "main"},
                           {"BUILD_NUMBER", "42"},
                           {"BUILD_TAG", "jenkins-team-app-main-42"},
                           {"BUILD_URL", "https://ci.example/job/42/"},
                           {"STAGE_NAME", "Build"},
                           {"NODE_NAME", "agent-1"}});

  EXPECT_EQ(job.provider, "jenkins");
  EXPECT_EQ(job.project, "team/app/main");
  EXPECT_EQ(job.run, "42");
  EXPECT_EQ(job.name, "Build");
  EXPECT_EQ(job.runner, "agent-1");
  EXPECT_TRUE(job.id.starts_with("jenkins-42-build-")) << job.id;
}

TEST(JobEnvironment, ElseIsLocalWithAnIdOfItsOwn) {
  const auto first = job_of({{"HOSTNAME", "box"}});
  const auto second = job_of({{"HOSTNAME", "box"}});

  EXPECT_EQ(first.provider, "local");
  EXPECT_EQ(first.runner, "box");
  EXPECT_NE(first.id, second.id);
  EXPECT_TRUE(is_job_id(first.id)) << first.id;
}

TEST(JobOption, NoneAutoAndColumns) {
  const auto environment = Environment::from_map(github());

  const auto none = job_from_option("none", environment, kClock);
  const auto plain = job_from_option("auto", environment, kClock);
  const auto keyed = job_from_option("key=linux, name=pack", environment, kClock);
  const auto named = job_from_option("id=my-job", environment, kClock);

  ASSERT_TRUE(none.ok() && plain.ok() && keyed.ok() && named.ok());
  EXPECT_FALSE(none->has_value());
  EXPECT_EQ((*plain)->id, job_of(github()).id);
  EXPECT_EQ((*keyed)->key, "linux");
  EXPECT_EQ((*keyed)->name, "pack");
  EXPECT_EQ((*keyed)->project, "octo/app");
  EXPECT_NE((*keyed)->id, (*plain)->id);
  EXPECT_EQ((*named)->id, "my-job");
}

TEST(JobOption, RefusesWhatIsNoJob) {
  for (const std::string_view bad : {"", "often", "colour=red", "id=No Good", "key=a,b"}) {
    const auto job = job_from_option(bad, Environment::from_map({}), kClock);
    ASSERT_FALSE(job.ok()) << bad;
    EXPECT_EQ(job.error().code, base::ErrorCode::InvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace ecrelay::stats
