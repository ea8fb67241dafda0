#include "stats/report_markdown.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/strings.hpp"
#include "stats/figures_text.hpp"

namespace ecrelay::stats {
namespace {

constexpr std::size_t kMostRows = 200;

std::string row(const std::vector<std::string>& cells) {
  return "| " + base::join(cells, " | ") + " |\n";
}

std::string ratio_cell(const base::Ratio& ratio, const std::string& fraction) {
  return ratio.percent() + " (" + fraction + ")";
}

std::string rest_text(std::size_t count) {
  return count <= kMostRows ? "" : "\nand " + std::to_string(count - kMostRows) + " more\n";
}

std::string totals_text(const Report& report) {
  const auto& totals = report.totals;
  std::string text =
      row({"Requests", "Hit ratio", "Byte hit ratio", "Served", "Fetched"}) +
      row({"--:", "--:", "--:", "--:", "--:"}) +
      row({std::to_string(totals.requests()),
           ratio_cell(totals.hit_ratio(), fraction_text(totals.hit_ratio())),
           ratio_cell(totals.byte_hit_ratio(), byte_fraction_text(totals.byte_hit_ratio())),
           bytes_text(totals.bytes_served), bytes_text(totals.bytes_fetched)});
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < totals.outcomes.size(); ++i) {
    if (totals.outcomes[i] > 0) {
      parts.push_back(std::to_string(totals.outcomes[i]) + " " +
                      std::string(Words<Outcome>::kTable[i]));
    }
  }
  if (report.bytes_prefetched_unused > 0) {
    parts.push_back(bytes_text(report.bytes_prefetched_unused) + " prefetched, not asked for");
  }
  return parts.empty() ? text : text + "\n" + base::join(parts, ", ") + "\n";
}

std::string images_text(const std::vector<ImageFigures>& images) {
  std::string text =
      "\n#### Images\n\n" +
      row({"Image", "Outcome", "Layers from store", "Served", "Fetched", "Time", "ECR"}) +
      row({"---", "---", "--:", "--:", "--:", "--:", "---"});
  for (std::size_t i = 0; i < std::min(images.size(), kMostRows); ++i) {
    const auto& image = images[i];
    text += row({markdown_escaped(image.name()),
                 image.outcome ? std::string(word(*image.outcome)) : std::string("-"),
                 image.layers == 0 ? "-"
                                   : std::to_string(image.layers_from_store) + " / " +
                                         std::to_string(image.layers),
                 bytes_text(image.bytes), bytes_text(image.bytes_fetched),
                 base::format_duration(std::chrono::microseconds(image.duration_us)),
                 image.ecr_cache ? std::string(word(*image.ecr_cache)) : std::string()});
  }
  return text + rest_text(images.size());
}

std::string misses_text(const std::vector<MissFigures>& misses) {
  std::string text = "\n<details><summary>Misses</summary>\n\n" +
                     row({"Requests", "Fetched", "Reason", "Of", "Detail"}) +
                     row({"--:", "--:", "---", "---", "---"});
  for (std::size_t i = 0; i < std::min(misses.size(), kMostRows); ++i) {
    const auto& miss = misses[i];
    text += row({std::to_string(miss.count), bytes_text(miss.bytes_fetched),
                 miss.reason ? std::string(word(*miss.reason)) : std::string("-"),
                 markdown_escaped(image_name(miss.registry, miss.repository, miss.reference)),
                 markdown_escaped(miss.detail)});
  }
  return text + rest_text(misses.size()) + "\n</details>\n";
}

std::string problems_text(const std::vector<Problem>& problems) {
  std::string text = "\n#### Problems\n\n";
  for (std::size_t i = 0; i < std::min(problems.size(), kMostRows); ++i) {
    const auto& problem = problems[i];
    text += "- **" + markdown_escaped(problem.what) + "**: " + markdown_escaped(problem.why) +
            ". Cure: " + markdown_escaped(problem.cure) + "\n";
  }
  return text + rest_text(problems.size());
}

}  // namespace

std::string markdown_escaped(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]<>#|~$&";
  std::string result;
  for (const char c : base::printable(text)) {
    if (kSpecial.find(c) != std::string_view::npos) {
      result += '\\';
    }
    result += c;
  }
  return result;
}

std::string report_markdown(const Report& report, std::string_view title) {
  std::string text;
  if (!title.empty()) {
    text += "### " + markdown_escaped(title) + "\n\n";
  }
  text += "Job " + markdown_escaped(report.job.id) + " (" + markdown_escaped(job_text(report.job)) +
          ")\n\n" + totals_text(report);
  if (!report.problems.empty()) {
    text += problems_text(report.problems);
  }
  if (!report.images.empty()) {
    text += images_text(report.images);
  }
  if (!report.misses.empty()) {
    text += misses_text(report.misses);
  }
  return text;
}

}  // namespace ecrelay::stats
