#include "stats/problems.hpp"

#include <array>
#include <cstddef>

namespace ecrelay::stats {
namespace {

struct Advice {
  Reason reason;
  std::string_view why;  // where no request's detail says more
  std::string_view cure;
};

constexpr auto kAdvice = std::to_array<Advice>({
    {Reason::NoRule, "no pull-through cache rule covers the registry",
     "create a pull-through cache rule for the registry in ECR, or give one with --rule "
     "UPSTREAM=PREFIX; --unmapped direct lets the relay fetch without a rule"},
    {Reason::NotFound, "the registry says that there is no such image",
     "check the image's name and tag, and that the registry's credentials may see it"},
    {Reason::Policy, "the relay's options forbid going to the upstream registry",
     "--unmapped direct or --on-ecr-failure direct allows it"},
    {Reason::Unsupported, "the registry cannot do what the client asked for",
     "let the client ask the upstream registry itself; the relay only pulls"},
    {Reason::EcrDenied, "ECR refused the request, or a right to import is missing",
     "allow ecr:BatchImportUpstreamImage and ecr:CreateRepository on the rule's repositories to "
     "the "
     "role, with ecr:BatchGetImage and ecr:GetDownloadUrlForLayer; ecrelay doctor names the one "
     "that "
     "is missing"},
    {Reason::EcrUnreachable, "ECR did not answer in time",
     "check the way to ECR (proxy, security group, VPC endpoints for ecr.dkr and s3); ecrelay "
     "doctor "
     "tries each"},
    {Reason::EcrThrottled, "ECR refused requests for being too many",
     "ask for a higher ECR quota, or share one relay between more jobs"},
    {Reason::UpstreamThrottled, "the upstream registry refused requests for being too many",
     "store the upstream registry's credentials with the pull-through cache rule, and a login in "
     "the "
     "relay's docker config for what goes direct"},
    {Reason::UpstreamDenied, "the upstream registry refused the credentials",
     "renew the secret of the pull-through cache rule, or the login in the relay's docker config"},
    {Reason::BadRequest, "the client's request could not be understood",
     "check the client's mirror configuration with ecrelay configure CLIENT"},
});

const Advice* advice_of(Reason reason) {
  for (const auto& advice : kAdvice) {
    if (advice.reason == reason) {
      return &advice;
    }
  }
  return nullptr;
}

std::string_view what_became(Outcome outcome) {
  switch (outcome) {
    case Outcome::Stale:
      return "answered from the store unchecked";
    case Outcome::Declined:
      return "left to the client";
    case Outcome::Error:
      return "failed";
    case Outcome::Hit:
    case Outcome::Revalidated:
    case Outcome::Joined:
    case Outcome::Miss:
      break;
  }
  return "fetched from the upstream registry instead of ECR";
}

}  // namespace

bool is_problem(Reason reason) {
  return advice_of(reason) != nullptr;
}

Problem problem_of(const Trouble& trouble) {
  Problem problem;
  problem.what = std::to_string(trouble.count) + (trouble.count == 1 ? " request" : " requests") +
                 " for " + trouble.registry + "/" + trouble.repository + " " +
                 std::string(what_became(trouble.outcome)) + " (" +
                 std::string(word(trouble.reason)) + ")";
  problem.why = trouble.detail;
  if (const auto* advice = advice_of(trouble.reason)) {
    problem.cure = advice->cure;
    if (problem.why.empty()) {
      problem.why = advice->why;
    }
  }
  return problem;
}

}  // namespace ecrelay::stats
