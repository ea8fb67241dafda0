#include "stats/report_table.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "stats/figures_text.hpp"
#include "stats/text_table.hpp"

namespace ecrelay::stats {
namespace {

std::int64_t signed_of(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

/// ccache's manner: "  Hits:   600 / 675  88.9 %".
void add_ratio(TextTable& table, const std::string& label, const std::string& fraction,
               const base::Ratio& ratio) {
  table.add({label, fraction, ratio.percent()});
}

void add_outcome(TextTable& table, const Totals& totals, Outcome outcome, const std::string& label,
                 std::uint64_t of) {
  if (totals.of(outcome) > 0) {
    const base::Ratio ratio{signed_of(totals.of(outcome)), signed_of(of)};
    add_ratio(table, label, fraction_text(ratio), ratio);
  }
}

std::string totals_text(const Report& report) {
  const auto& totals = report.totals;
  const auto asked = totals.requests() - totals.of(Outcome::Declined);
  TextTable table({Align::Left, Align::Right, Align::Right});
  table.add({"Requests:", std::to_string(totals.requests())});
  add_ratio(table, "  Hits:", fraction_text(totals.hit_ratio()), totals.hit_ratio());
  add_outcome(table, totals, Outcome::Hit, "    hit:", asked);
  add_outcome(table, totals, Outcome::Revalidated, "    revalidated:", asked);
  add_outcome(table, totals, Outcome::Joined, "    joined:", asked);
  add_outcome(table, totals, Outcome::Stale, "    stale:", asked);
  add_outcome(table, totals, Outcome::Miss, "  Misses:", asked);
  add_outcome(table, totals, Outcome::Error, "  Errors:", asked);
  add_outcome(table, totals, Outcome::Declined, "  Declined:", totals.requests());
  table.add({"Bytes served:", bytes_text(totals.bytes_served)});
  table.add({"Bytes fetched:", bytes_text(totals.bytes_fetched)});
  add_ratio(table, "  Saved:", byte_fraction_text(totals.byte_hit_ratio()),
            totals.byte_hit_ratio());
  if (report.bytes_prefetched_unused > 0) {
    table.add({"Prefetched, unused:", bytes_text(report.bytes_prefetched_unused)});
  }
  return table.str();
}

std::string images_text(const std::vector<ImageFigures>& images) {
  TextTable table({Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Right,
                   Align::Left},
                  2);
  table.add({"image", "outcome", "layers from store", "served", "fetched", "time", "ECR"});
  for (const auto& image : images) {
    const base::Ratio layers{signed_of(image.layers_from_store), signed_of(image.layers)};
    table.add({base::printable(image.name()),
               image.outcome ? std::string(word(*image.outcome)) : std::string("-"),
               image.layers == 0 ? "-" : fraction_text(layers), bytes_text(image.bytes),
               bytes_text(image.bytes_fetched),
               base::format_duration(std::chrono::microseconds(image.duration_us)),
               image.ecr_cache ? std::string(word(*image.ecr_cache)) : std::string()});
  }
  return "\nImages:\n" + table.str();
}

std::string misses_text(const std::vector<MissFigures>& misses) {
  TextTable table({Align::Right, Align::Right, Align::Left, Align::Left, Align::Left}, 2);
  table.add({"count", "fetched", "reason", "of", "detail"});
  for (const auto& miss : misses) {
    table.add({std::to_string(miss.count), bytes_text(miss.bytes_fetched),
               miss.reason ? std::string(word(*miss.reason)) : std::string("-"),
               base::printable(image_name(miss.registry, miss.repository, miss.reference)),
               base::printable(miss.detail)});
  }
  return "\nMisses:\n" + table.str();
}

std::string problems_text(const std::vector<Problem>& problems) {
  std::string text = "\nProblems:\n";
  for (const auto& problem : problems) {
    text += "  " + base::printable(problem.what) + "\n    why:  " + base::printable(problem.why) +
            "\n    cure: " + problem.cure + "\n";
  }
  return text;
}

}  // namespace

std::string report_table(const Report& report) {
  std::string text = "Job " + report.job.id + " (" + job_text(report.job) + ")\n\n";
  text += totals_text(report);
  if (!report.images.empty()) {
    text += images_text(report.images);
  }
  if (!report.misses.empty()) {
    text += misses_text(report.misses);
  }
  if (!report.problems.empty()) {
    text += problems_text(report.problems);
  }
  return text;
}

}  // namespace ecrelay::stats
