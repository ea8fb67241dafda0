#include "support/ecr_double/state.hpp"

#include <utility>

namespace ecrelay::ecr_double {

State::State(Options given)
    : options(std::move(given)), identity(options, clock), links(options.region, clock) {
  for (const auto& image : options.images) {
    upstream.put(image.registry, image.repository, image.tag, image.image);
  }
  add_private_images();
}

void State::add_private_images() {
  const Arrival now{clock.steady(), clock.wall()};
  for (const auto& image : options.private_images) {
    ecr.add(image.repository, image.tag, image.image, now, now);
  }
}

Settings State::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void State::set(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  clock.set_offset(settings.clock_offset);
}

void State::reset() {
  ecr.clear();
  add_private_images();
  log.reset();
}

std::string State::denial(const std::string& action, const std::string& resource) const {
  return "User: arn:aws:sts::" + options.account +
         ":assumed-role/ci/session is not authorized to perform: " + action +
         " on resource: " + resource + " because no identity-based policy allows the " + action +
         " action";
}

std::string State::repository_arn(const std::string& repository) const {
  return "arn:aws:ecr:" + options.region + ":" + options.account + ":repository/" + repository;
}

}  // namespace ecrelay::ecr_double
