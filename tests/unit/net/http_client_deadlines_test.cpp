#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "base/url.hpp"
#include "net/http_client.hpp"
#include "support/raw_socket.hpp"
#include "support/waiting.hpp"
#include "unit/net/scripted_server.hpp"
#include "unit/net/served.hpp"

namespace ecrelay::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using support::RawSocket;

/// Takes the request and says nothing until the client has gone.
void hang(RawSocket& connection, int /*number*/) {
  connection.read_until("\r\n\r\n");
  connection.read_rest();
}

/// A port where a connect neither succeeds nor fails: its queue is full, so that SYNs are dropped.
class UnansweredPort {
 public:
  UnansweredPort() : listening_(0) {
    for (int i = 0; i < 2; ++i) {
      base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(listening_.port());
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      std::ignore = ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
      fillers_.push_back(std::move(fd));
    }
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(listening_.port()) + "/";
  }

 private:
  ListeningSocket listening_;
  std::vector<base::UniqueFd> fillers_;
};

/// Runs the exchange; how long it took, and its error.
struct Timed {
  std::chrono::nanoseconds time{};
  ErrorCode code = ErrorCode::Internal;
};
Timed timed_failure(HttpClient& client, const std::string& url, const HttpLimits& limits,
                    const std::stop_token& stop = {}) {
  const auto start = base::Steady::now();
  const auto response = client.fetch(request_for(url), limits, stop);
  EXPECT_FALSE(response.ok());
  return {base::Steady::now() - start, response.ok() ? ErrorCode::Internal : response.error().code};
}

TEST(HttpClientDeadlines, EndAnExchangeWhoseFirstByteDoesNotCome) {
  const ScriptedServer server(hang);
  HttpClient client;

  const auto failure = timed_failure(client, server.url(), {.first_byte = 200ms});

  EXPECT_EQ(failure.code, ErrorCode::Timeout);
  EXPECT_GE(failure.time, 190ms);
  EXPECT_LT(failure.time, 600ms);
}

TEST(HttpClientDeadlines, HoldForTheFirstByteOnAKeptAliveConnection) {
  const ScriptedServer server([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send(answer_200("ok"));
    hang(connection, 0);
  });
  HttpClient client;
  ASSERT_TRUE(client.fetch(request_for(server.url())).ok());

  const auto failure = timed_failure(client, server.url(), {.first_byte = 200ms});

  EXPECT_EQ(failure.code, ErrorCode::Timeout);
  EXPECT_LT(failure.time, 600ms);
  EXPECT_EQ(server.connections(), 1);  // late is not stale: it is not asked again
}

TEST(HttpClientDeadlines, AHeadThatDripsCountsAsNoFirstByte) {
  const ScriptedServer server([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    while (connection.send("H") && connection.read_rest(20ms).ending == support::Ending::TimedOut) {
    }
  });
  HttpClient client;

  const auto failure = timed_failure(client, server.url(), {.first_byte = 200ms});

  EXPECT_EQ(failure.code, ErrorCode::Timeout);
  EXPECT_LT(failure.time, 600ms);
}

TEST(HttpClientDeadlines, EndABodyThatStalls) {
  const ScriptedServer server([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    connection.read_rest();
  });
  const ScriptedServer unsized([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\n\r\nhalf");
    connection.read_rest();
  });
  HttpClient client;

  for (const auto& url : {server.url(), unsized.url()}) {
    const auto failure = timed_failure(client, url, {.stall = 200ms});
    EXPECT_EQ(failure.code, ErrorCode::Timeout);
    EXPECT_GE(failure.time, 190ms);
    EXPECT_LT(failure.time, 600ms);
  }
}

TEST(HttpClientDeadlines, LetABodyTakeLongAsLongAsItMoves) {
  const ScriptedServer server([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
    for (int i = 0; i < 20; ++i) {
      connection.send("x");
      connection.read_rest(20ms);
    }
  });
  HttpClient client;

  const auto response =
      client.fetch(request_for(server.url()), {.first_byte = 200ms, .stall = 200ms});

  EXPECT_TRUE(response.ok());
}

TEST(HttpClientDeadlines, DoNotCountTheTimeOfASlowSink) {
  class SlowSink final : public ResponseSink {
   public:
    bool on_head(int /*status*/, const Headers& /*headers*/) override { return true; }
    bool on_body(std::span<const std::byte> data) override {
      std::ignore = support::becomes_true([] { return false; }, 50ms);
      bytes += data.size();
      return true;
    }
    std::size_t bytes = 0;
  };
  const Served served([](const ServerRequest&) { return text_response(std::string(20'000, 'x')); });
  HttpClient client;
  SlowSink sink;

  const auto result = client.stream(request_for(served.url()), {.stall = 20ms}, sink);

  EXPECT_TRUE(result.ok());
  EXPECT_EQ(sink.bytes, 20'000U);
}

TEST(HttpClientDeadlines, EndAConnectThatIsNotAnswered) {
  const UnansweredPort port;
  HttpClient client;

  const auto failure = timed_failure(client, port.url(), {.connect = 200ms});

  EXPECT_EQ(failure.code, ErrorCode::Unavailable);
  EXPECT_GE(failure.time, 190ms);
  EXPECT_LT(failure.time, 600ms);
}

TEST(HttpClientDeadlines, AStopTokenEndsAWaitForTheFirstByte) {
  const ScriptedServer server(hang);
  HttpClient client;
  std::stop_source source;
  std::jthread stopper([&] {
    support::becomes_true([&] { return server.connections() == 1; });
    source.request_stop();
  });

  const auto failure = timed_failure(client, server.url(), {}, source.get_token());

  EXPECT_EQ(failure.code, ErrorCode::Canceled);
  EXPECT_LT(failure.time, 300ms);
}

TEST(HttpClientDeadlines, AStopTokenEndsAConnect) {
  const UnansweredPort port;
  HttpClient client;
  std::stop_source source;
  std::jthread stopper([&] {
    std::ignore = support::becomes_true([] { return false; }, 50ms);
    source.request_stop();
  });

  const auto failure = timed_failure(client, port.url(), {}, source.get_token());

  EXPECT_EQ(failure.code, ErrorCode::Canceled);
  EXPECT_LT(failure.time, 350ms);
}

TEST(HttpClientDeadlines, AStopTokenThatAskedBeforeEndsItAtOnce) {
  const ScriptedServer server(hang);
  HttpClient client;
  std::stop_source source;
  source.request_stop();

  const auto failure = timed_failure(client, server.url(), {}, source.get_token());

  EXPECT_EQ(failure.code, ErrorCode::Canceled);
  EXPECT_LT(failure.time, 300ms);
}

TEST(HttpClientDeadlines, AConnectThatIsStoppedHoldsUpNoOtherExchange) {
  const UnansweredPort unanswered;
  const ScriptedServer server(hang);
  HttpClient client;
  std::stop_source source;
  std::jthread connecting(
      [&] { timed_failure(client, unanswered.url(), {.connect = 1500ms}, source.get_token()); });
  source.request_stop();

  const auto failure = timed_failure(client, server.url(), {.first_byte = 200ms});

  EXPECT_EQ(failure.code, ErrorCode::Timeout);
  EXPECT_LT(failure.time, 600ms);
}

}  // namespace
}  // namespace ecrelay::net
