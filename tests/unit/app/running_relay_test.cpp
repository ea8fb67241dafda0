#include "app/running_relay.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <vector>

#include "app/control_token.hpp"
#include "net/http_server.hpp"
#include "support/temp_folder.hpp"

namespace ecrelay::app {
namespace {

using support::TempFolder;

/// Answers every request with one status and body, and keeps what came.
class AnsweringServer {
 public:
  AnsweringServer(int status, std::string body) : status_(status), body_(std::move(body)) {
    const auto port = server_.listen("127.0.0.1", 0, "");
    EXPECT_TRUE(port.ok());
    endpoint_ = "http://127.0.0.1:" + std::to_string(*port);
  }

  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  [[nodiscard]] net::ServerRequest last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  net::ServerResponse answer(net::ServerRequest request) {
    const std::lock_guard lock(mutex_);
    last_ = std::move(request);
    net::ServerResponse response;
    response.status = status_;
    response.body = body_;
    return response;
  }

  const int status_;
  const std::string body_;
  std::string endpoint_;
  mutable std::mutex mutex_;
  net::ServerRequest last_;
  net::HttpServer server_{[this](net::ServerRequest request) { return answer(std::move(request)); },
                          {}};
};

/// An address at which nobody listens any more.
std::string deserted_endpoint() {
  return AnsweringServer(200, "").endpoint();
}

RelayRecord record_at(const std::string& endpoint, const ProcessIdentity& process) {
  return {process, "mine", endpoint, 1, "0.1.0"};
}

RelayState state_with(const RelayRecord& record) {
  const TempFolder folder;
  EXPECT_TRUE(write_relay_file(folder.path(), record).ok());
  return find_relay(folder.path()).state;
}

const ProcessIdentity kNoProcess{std::int64_t{1} << 40, 1};

TEST(FindRelay, WithoutAFileThereIsNone) {
  const TempFolder folder;

  EXPECT_EQ(find_relay(folder.path()).state, RelayState::None);
}

TEST(FindRelay, RunsIfItsInstanceAnswersWhateverThePidSays) {
  const AnsweringServer server(200, R"({"status":"ok","instance":"mine"})");

  EXPECT_EQ(state_with(record_at(server.endpoint(), kNoProcess)), RelayState::Running);
}

TEST(FindRelay, IsStaleIfAnotherInstanceAnswers) {
  const AnsweringServer server(200, R"({"status":"ok","instance":"other"})");

  EXPECT_EQ(state_with(record_at(server.endpoint(), *process_of(::getpid()))), RelayState::Stale);
}

TEST(FindRelay, IsStaleIfNobodyAnswersAndItsProcessIsGone) {
  EXPECT_EQ(state_with(record_at(deserted_endpoint(), kNoProcess)), RelayState::Stale);
}

TEST(FindRelay, IsSilentIfItsProcessLivesWithoutAnswering) {
  EXPECT_EQ(state_with(record_at(deserted_endpoint(), *process_of(::getpid()))),
            RelayState::Silent);
}

TEST(FindRelay, IsStaleIfTheFileIsTorn) {
  const TempFolder folder;
  ASSERT_TRUE(base::write_file(relay_file_path(folder.path()), "{\"pid\":").ok());

  EXPECT_EQ(find_relay(folder.path()).state, RelayState::Stale);
}

TEST(RelayClient, ShowsTheTokenAndSendsTheBody) {
  const AnsweringServer server(201, R"({"id":"a"})");
  RelayClient client(server.endpoint(), base::Secret("secret"));

  const auto answer = client.post("/api/v1/jobs", stats::Json::object({{"name", "build"}}));

  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->get("id").as_string(), "a");
  EXPECT_EQ(server.last().target, "/api/v1/jobs");
  EXPECT_EQ(server.last().body, R"({"name":"build"})");
  EXPECT_EQ(server.last().headers.get("Authorization"), "Bearer secret");
}

TEST(RelayClient, GivesTheRelaysOwnWordsOfAnError) {
  const AnsweringServer server(404, R"({"error":"no job 'x'"})");
  RelayClient client(server.endpoint(), base::Secret());

  const auto answer = client.get("/api/v1/jobs/x");

  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, base::ErrorCode::NotFound);
  EXPECT_EQ(answer.error().message, "the relay answered 404: no job 'x'");
  EXPECT_FALSE(server.last().headers.has("Authorization"));
}

TEST(RelayClient, RefusesAnAnswerThatIsNoJson) {
  const AnsweringServer server(200, "<html>");
  RelayClient client(server.endpoint(), base::Secret());

  EXPECT_FALSE(client.get_json("/api/v1/status").ok());
}

}  // namespace
}  // namespace ecrelay::app
