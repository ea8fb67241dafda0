#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/file_ops.hpp"
#include "db/db.hpp"
#include "stats/recorder.hpp"
#include "stats/schema.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::stats {

inline constexpr std::string_view kFixtureJob = "github-77-1-build-0a1b2c3d";

/// A state directory with the database of a released version in it.
class FixtureDatabase {
 public:
  explicit FixtureDatabase(const std::string& version) {
    const auto sql = base::read_file(base::Path(ECRELAY_TEST_DATA) / "stats" / (version + ".sql"));
    EXPECT_TRUE(sql.ok());
    auto database = db::Db::open(database_path(folder_.path()), db::Access::ReadWrite);
    EXPECT_TRUE(database.ok());
    const auto built = database->exec(*sql);
    EXPECT_TRUE(built.ok()) << built.error().message;
  }

  /// As a relay's start leaves it, for reading.
  db::Db migrated() {
    { Recorder::open(folder_.path(), base::SystemClock()); }
    auto database = open_for_reading(folder_.path());
    EXPECT_TRUE(database.ok());
    return std::move(database).value();
  }

 private:
  support::TempFolder folder_;
};

}  // namespace ecrelay::stats
