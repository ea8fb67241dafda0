#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/relay.hpp"
#include "config/options.hpp"
#include "support/ecr_double/ecr_double.hpp"
#include "support/raw_client.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay {

using ecr_double::Service;
using support::Ending;
using support::RawAnswer;

/// A row of stats.db, as text: what others read of it.
struct Row {
  std::string kind;
  std::string registry;
  std::string repository;
  std::string reference;
  std::string digest;
  std::string method;
  long status = 0;
  std::string outcome;
  std::string origin;
  std::string ecr_cache;
  std::string reason;
  std::string detail;
  std::uint64_t bytes_served = 0;
  std::uint64_t bytes_fetched = 0;
  std::string job_id;
};

/// A relay in this process before a double of ECR, both on loopback ports of their own. Every test
/// ends with the identity of the statistics: the seven outcomes sum to the number of requests.
class RelayFixture : public ::testing::Test {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  using Change = std::function<void(config::ServeOptions&)>;

  RelayFixture();
  explicit RelayFixture(ecr_double::Options options);
  ~RelayFixture() override;
  void TearDown() override;

  /// Starts the relay (again), with the default options changed. Waits for its first look.
  void start_relay(const Change& change = {});
  void stop_relay() { relay_.reset(); }

  RawAnswer get(const std::string& target, Headers headers = {});
  RawAnswer head(const std::string& target, Headers headers = {});
  RawAnswer send(const std::string& method, const std::string& target, Headers headers = {},
                 const std::string& body = "");

  /// What a client does: the manifest by tag, the child for `platform` 0, its config and layers.
  /// Gives the statuses that were not 200.
  std::vector<std::string> pull(const std::string& repository, const std::string& reference,
                                const std::string& query = "");

  /// All rows, in the order of the requests.
  std::vector<Row> rows();
  /// The rows' outcomes, "manifest:miss".
  std::vector<std::string> outcomes();
  /// Polls until the row at `index` satisfies `good`: what is amended after an answer has gone out.
  ::testing::AssertionResult eventually(std::size_t index,
                                        const std::function<bool(const Row&)>& good);

  /// The bytes that the rows of blobs say were fetched; polls until it is `expected`, since a row
  /// is amended after its fill has ended.
  std::uint64_t blob_bytes_recorded(std::uint64_t expected);

  /// The digest of an image's largest blob.
  static std::string largest_blob(const ecr_double::Image& image);
  const ecr_double::Image& image(const std::string& registry, const std::string& repository) const;

  support::TempFolder folder_;
  std::vector<ecr_double::NamedImage> samples_;
  ecr_double::EcrDouble ecr_;
  std::unique_ptr<app::Relay> relay_;
  std::atomic<std::uint64_t> requests_sent_{0};
};

}  // namespace ecrelay
