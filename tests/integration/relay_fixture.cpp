#include "integration/relay_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/environment.hpp"
#include "db/db.hpp"
#include "stats/outcome.hpp"
#include "stats/schema.hpp"

namespace ecrelay {
namespace {

using std::chrono::seconds;

ecr_double::Options with_samples(ecr_double::Options options,
                                 const std::vector<ecr_double::NamedImage>& samples) {
  for (const auto& sample : samples) {
    options.images.push_back(sample);
  }
  return options;
}

config::ServeOptions default_options(const ecr_double::EcrDouble& ecr,
                                     const std::filesystem::path& folder) {
  config::ServeOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.cache_dir = folder / "cache";
  options.cache_size = std::uint64_t{1} << 30;
  options.state_dir = folder / "state";
  for (const auto* registry : {"docker.io", "quay.io", "ghcr.io"}) {
    options.upstream[registry] = *base::Url::parse(ecr.upstream_url());
  }
  options.freshness.duration = seconds(60);
  options.job.kind = config::JobKind::Auto;
  options.max_connections = 256;
  return options;
}

}  // namespace

RelayFixture::RelayFixture() : RelayFixture(ecr_double::Options{}) {}

RelayFixture::RelayFixture(ecr_double::Options options)
    : samples_(ecr_double::sample_images(std::size_t{256} << 10)),
      ecr_(with_samples(std::move(options), samples_)) {}

RelayFixture::~RelayFixture() = default;

void RelayFixture::TearDown() {
  if (!relay_) {
    return;
  }
  std::uint64_t counted = 0;
  for (const auto& row : rows()) {
    counted += stats::parse<stats::Outcome>(row.outcome).has_value() ? 1U : 0U;
  }
  EXPECT_EQ(counted, requests_sent_) << "the seven outcomes sum to the number of requests";
}

void RelayFixture::start_relay(const Change& change) {
  relay_.reset();
  auto options = default_options(ecr_, folder_.path());
  if (change) {
    change(options);
  }
  base::Environment::Map variables;
  for (const auto& [name, value] : ecr_.environment()) {
    variables[name] = value;
  }
  auto relay = app::Relay::start(options, base::Environment::from_map(variables));
  ASSERT_TRUE(relay.ok()) << relay.error().message;
  relay_ = std::move(*relay);
  ASSERT_TRUE(relay_->wait_first_look(base::Deadline::after(seconds(10))));
}

RawAnswer RelayFixture::send(const std::string& method, const std::string& target, Headers headers,
                             const std::string& body) {
  for (const auto* named : {"/manifests/", "/blobs/", "/tags/list", "/referrers/"}) {
    const bool reads = method == "GET" || method == "HEAD";
    requests_sent_ += reads && target.find(named) != std::string::npos ? 1U : 0U;
  }
  return support::send_raw({.method = method,
                            .url = relay_->endpoint() + target,
                            .headers = std::move(headers),
                            .body = body,
                            .timeout = seconds(30)});
}

RawAnswer RelayFixture::get(const std::string& target, Headers headers) {
  return send("GET", target, std::move(headers));
}

RawAnswer RelayFixture::head(const std::string& target, Headers headers) {
  return send("HEAD", target, std::move(headers));
}

std::vector<std::string> RelayFixture::pull(const std::string& repository,
                                            const std::string& reference,
                                            const std::string& query) {
  std::vector<std::string> wrong;
  const auto fetch = [&](const std::string& kind, const std::string& name) {
    auto answer = get("/v2/" + repository + "/" + kind + "/" + name + query);
    if (answer.status != 200 || answer.ending != Ending::Complete) {
      wrong.push_back(kind + "/" + name + ": " + std::to_string(answer.status) + " " +
                      answer.body.substr(0, 300));
    }
    return answer;
  };
  auto answer = fetch("manifests", reference);
  auto links =
      ecr_double::read_links({answer.header("Content-Type"), ecr_double::Content(answer.body)});
  if (!links.manifests.empty()) {
    answer = fetch("manifests", links.manifests.front());
    links =
        ecr_double::read_links({answer.header("Content-Type"), ecr_double::Content(answer.body)});
  }
  for (const auto& digest : links.blobs) {
    const auto blob = fetch("blobs", digest);
    if (blob.status == 200 && base::sha256(blob.body).str() != digest) {
      wrong.push_back(digest + ": wrong bytes");
    }
  }
  return wrong;
}

std::vector<Row> RelayFixture::rows() {
  std::vector<Row> rows;
  const auto flushed = relay_->recorder().flush(base::Deadline::after(seconds(5)));
  EXPECT_TRUE(flushed.ok());
  auto db = stats::open_for_reading(folder_.path() / "state");
  if (!db.ok()) {
    ADD_FAILURE() << db.error().message;
    return rows;
  }
  auto query = db->prepare(
      "SELECT kind, registry, repository, reference, digest, method, status, outcome, origin, "
      "ecr_cache, reason, detail, bytes_served, bytes_fetched, job_id FROM request ORDER BY id");
  EXPECT_TRUE(query.ok()) << query.error().message;
  while (true) {
    const auto more = query->step();
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) {
      return rows;
    }
    rows.push_back({query->text(0), query->text(1), query->text(2), query->text(3), query->text(4),
                    query->text(5), query->integer(6), query->text(7), query->text(8),
                    query->text(9), query->text(10), query->text(11), query->unsigned_integer(12),
                    query->unsigned_integer(13), query->text(14)});
  }
}

std::vector<std::string> RelayFixture::outcomes() {
  std::vector<std::string> result;
  for (const auto& row : rows()) {
    result.push_back(row.kind + ":" + row.outcome);
  }
  return result;
}

::testing::AssertionResult RelayFixture::eventually(std::size_t index,
                                                    const std::function<bool(const Row&)>& good) {
  const auto deadline = base::Deadline::after(seconds(10));
  std::string seen;
  while (!deadline.passed()) {
    const auto all = rows();
    if (index < all.size() && good(all[index])) {
      return ::testing::AssertionSuccess();
    }
    if (index < all.size()) {
      const auto& row = all[index];
      seen = row.kind + " " + row.outcome + " ecr_cache=" + row.ecr_cache +
             " fetched=" + std::to_string(row.bytes_fetched) + " " + row.detail;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return ::testing::AssertionFailure() << "row " << index << " was last: " << seen;
}

std::uint64_t RelayFixture::blob_bytes_recorded(std::uint64_t expected) {
  const auto deadline = base::Deadline::after(seconds(10));
  while (true) {
    std::uint64_t sum = 0;
    for (const auto& row : rows()) {
      sum += row.kind == "blob" ? row.bytes_fetched : 0;
    }
    if (sum == expected || deadline.passed()) {
      return sum;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::string RelayFixture::largest_blob(const ecr_double::Image& image) {
  const auto largest = std::max_element(
      image.blobs.begin(), image.blobs.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  return largest->first;
}

const ecr_double::Image& RelayFixture::image(const std::string& registry,
                                             const std::string& repository) const {
  for (const auto& sample : samples_) {
    if (sample.registry == registry && sample.repository == repository) {
      return sample.image;
    }
  }
  throw std::runtime_error("no sample " + registry + "/" + repository);
}

}  // namespace ecrelay
