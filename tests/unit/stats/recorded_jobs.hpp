#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "db/db.hpp"
#include "stats/recorder.hpp"
#include "stats/request_event.hpp"
#include "stats/schema.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::stats {

inline base::Deadline soon() {
  return base::Deadline::after(std::chrono::seconds(20));
}

/// A digest out of a short name, so that tests can speak of "index" and "layer1".
inline std::string digest_of(std::string_view name) {
  return base::sha256(name).str();
}

inline RequestEvent manifest(std::string reference, std::string_view name, Outcome outcome) {
  RequestEvent event;
  event.job_id = "j1";
  event.kind = Kind::Manifest;
  event.registry = "docker.io";
  event.repository = "library/node";
  event.reference = std::move(reference);
  event.digest = name.empty() ? "" : digest_of(name);
  event.method = "GET";
  event.status = 200;
  event.outcome = outcome;
  return event;
}

inline RequestEvent blob(std::string_view name, Outcome outcome, std::uint64_t served,
                         std::uint64_t fetched) {
  auto event = manifest(digest_of(name), name, outcome);
  event.kind = Kind::Blob;
  event.bytes_served = served;
  event.bytes_fetched = fetched;
  return event;
}

/// A recorder on a folder of its own. Times of events count up by a second from a fixed one.
class RecordedJobs : public testing::Test {
 protected:
  RecordedJobs() : recorder_(Recorder::open(folder_.path(), clock_)) {}

  std::int64_t record(RequestEvent event) {
    event.at = (now_ += 1'000'000);
    return recorder_->record(std::move(event));
  }
  /// What was recorded, read as the commands read it.
  db::Db database() {
    EXPECT_TRUE(recorder_->flush(soon()).ok());
    auto database = open_for_reading(folder_.path());
    EXPECT_TRUE(database.ok());
    return std::move(database).value();
  }
  void reopen() {
    recorder_.reset();
    recorder_ = Recorder::open(folder_.path(), clock_);
  }

  base::SystemClock clock_;
  support::TempFolder folder_;
  std::int64_t now_ = 1'700'000'000'000'000;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace ecrelay::stats
