#include "stats/job.hpp"

#include <cstddef>

#include "base/digest.hpp"
#include "base/strings.hpp"

namespace ecrelay::stats {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Lower case; every run of other characters is one '-'; none at the ends.
std::string slug(std::string_view text, std::size_t limit) {
  std::string result;
  for (const char c : base::lower(text)) {
    if (is_alphanumeric(c)) {
      result += c;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
    if (result.size() == limit) {
      break;
    }
  }
  while (!result.empty() && result.back() == '-') {
    result.pop_back();
  }
  return result;
}

}  // namespace

bool is_job_id(std::string_view id) {
  constexpr std::size_t kLongest = 100;
  if (id.empty() || id.size() > kLongest || !is_alphanumeric(id.back())) {
    return false;
  }
  if (id == "current" || id == "last") {
    return false;  // what commands call a job whose id they do not know
  }
  bool after_separator = true;
  for (const char c : id) {
    const bool separator = c == '-' || c == '.' || c == '_';
    if ((!separator && !is_alphanumeric(c)) || (separator && after_separator)) {
      return false;
    }
    after_separator = separator;
  }
  return true;
}

std::string job_id_of(const Job& job) {
  std::string identity;
  for (const auto* part : {&job.provider, &job.server, &job.project, &job.pipeline, &job.run,
                           &job.attempt, &job.name, &job.key}) {
    identity += *part + '\n';
  }
  std::string id;
  for (const auto* part : {&job.provider, &job.run, &job.attempt, &job.name}) {
    constexpr std::size_t kPart = 20;
    if (const auto text = slug(*part, kPart); !text.empty()) {
      id += text + '-';
    }
  }
  return id + base::sha256(identity).hex().substr(0, 8);
}

}  // namespace ecrelay::stats
