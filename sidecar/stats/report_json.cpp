#include "stats/report_json.hpp"

#include "stats/job_environment.hpp"

namespace ecrelay::stats {
namespace {

Json ratio_json(const base::Ratio& ratio) {
  return Json::object({{"n", ratio.numerator}, {"d", ratio.denominator}});
}

template <typename Enum>
Json word_or_null(const std::optional<Enum>& value) {
  return value ? Json(word(*value)) : Json();
}

Json image_json(const ImageFigures& image) {
  return Json::object({{"registry", image.registry},
                       {"repository", image.repository},
                       {"reference", image.reference},
                       {"digest", Json::text_or_null(image.digest)},
                       {"outcome", word_or_null(image.outcome)},
                       {"ecr_cache", word_or_null(image.ecr_cache)},
                       {"layers", image.layers},
                       {"layers_from_store", image.layers_from_store},
                       {"bytes", image.bytes},
                       {"bytes_fetched", image.bytes_fetched},
                       {"duration_us", image.duration_us}});
}

Json miss_json(const MissFigures& miss) {
  return Json::object({{"registry", miss.registry},
                       {"repository", miss.repository},
                       {"reference", miss.reference},
                       {"reason", word_or_null(miss.reason)},
                       {"detail", Json::text_or_null(miss.detail)},
                       {"count", miss.count},
                       {"bytes_fetched", miss.bytes_fetched}});
}

}  // namespace

Json job_json(const Job& job) {
  Json json = Json::object();
  for (const auto& field : kJobFields) {
    json.set(field.name, Json::text_or_null(job.*field.member));
  }
  json.set("started_at", job.started_at);
  json.set("ended_at", Json::optional(job.ended_at));
  json.set("status", word(job.status));
  return json;
}

Json totals_json(const Totals& totals) {
  Json outcomes = Json::object();
  for (std::size_t i = 0; i < totals.outcomes.size(); ++i) {
    outcomes.set(Words<Outcome>::kTable[i], totals.outcomes[i]);
  }
  return Json::object({{"requests", totals.requests()},
                       {"outcomes", outcomes},
                       {"bytes_served", totals.bytes_served},
                       {"bytes_fetched", totals.bytes_fetched},
                       {"hit_ratio", ratio_json(totals.hit_ratio())},
                       {"byte_hit_ratio", ratio_json(totals.byte_hit_ratio())}});
}

Json report_json(const Report& report) {
  Json totals = totals_json(report.totals);
  totals.set("bytes_prefetched_unused", report.bytes_prefetched_unused);
  Json images = Json::array();
  for (const auto& image : report.images) {
    images.push(image_json(image));
  }
  Json misses = Json::array();
  for (const auto& miss : report.misses) {
    misses.push(miss_json(miss));
  }
  Json problems = Json::array();
  for (const auto& problem : report.problems) {
    problems.push(
        Json::object({{"what", problem.what}, {"why", problem.why}, {"cure", problem.cure}}));
  }
  return Json::object({{"job", job_json(report.job)},
                       {"totals", totals},
                       {"images", images},
                       {"misses", misses},
                       {"problems", problems}});
}

base::Result<Job> job_from_json(const Json& json) {
  Job job;
  for (const auto& field : kJobFields) {
    const auto value = json.get(field.name);
    if (value.is_null()) {
      continue;
    }
    const auto text = value.as_string();
    if (!text) {
      return base::Error{base::ErrorCode::InvalidArgument,
                         "'" + std::string(field.name) + "' must be text"};
    }
    ECRELAY_TRY_VOID(set_job_field(job, field.name, *text));
  }
  return job;
}

}  // namespace ecrelay::stats
