#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/url.hpp"
#include "net/http_client.hpp"
#include "support/raw_socket.hpp"
#include "unit/net/scripted_server.hpp"

namespace ecrelay::net {
namespace {

using base::ErrorCode;
using support::RawSocket;

class CollectingSink final : public ResponseSink {
 public:
  bool on_head(int status, const Headers& /*headers*/) override {
    ++heads;
    last_status = status;
    return take_head;
  }
  bool on_body(std::span<const std::byte> data) override {
    bytes += data.size();
    return take_body;
  }
  int heads = 0;
  int last_status = 0;
  std::size_t bytes = 0;
  bool take_head = true;
  bool take_body = true;
};

TEST(HttpClientFailures, SendsOnceMoreWhatDiedOnAKeptAliveConnection) {
  const ScriptedServer server([](RawSocket& connection, int number) {
    connection.read_until("\r\n\r\n");
    connection.send(answer_200(std::to_string(number)));
    connection.read_until("\r\n\r\n");  // and closes without an answer
  });
  HttpClient client;

  const auto first = client.fetch(request_for(server.url()));
  const auto second = client.fetch(request_for(server.url()));

  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ(second->body, "1");
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClientFailures, SendsNothingAgainThatDiedOnANewConnection) {
  const ScriptedServer server(
      [](RawSocket& connection, int) { connection.read_until("\r\n\r\n"); });
  HttpClient client;

  const auto response = client.fetch(request_for(server.url()));

  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClientFailures, SendsNothingAgainOnceTheHeadOfTheAnswerCame) {
  const ScriptedServer server([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send(answer_200("ok"));
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  HttpClient client;
  ASSERT_TRUE(client.fetch(request_for(server.url())).ok());
  CollectingSink sink;

  const auto result = client.stream(request_for(server.url()), {}, sink);

  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(sink.heads, 1);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClientFailures, CallsABodyThatEndsEarlyUnavailable) {
  const std::vector<std::string> answers = {
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "",
      "no HTTP\r\n\r\n",
  };
  HttpClient client;

  for (const auto& answer : answers) {
    SCOPED_TRACE(answer);
    const ScriptedServer server([&](RawSocket& connection, int) {
      connection.read_until("\r\n\r\n");
      connection.send(answer);
    });
    const auto response = client.fetch(request_for(server.url()));
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
  }
}

TEST(HttpClientFailures, BoundsTheBodyOfAFetch) {
  const ScriptedServer server(always(answer_200(std::string(1001, 'x'))));
  HttpClient client;
  HttpLimits limits;

  limits.max_body = 1001;
  const auto fits = client.fetch(request_for(server.url()), limits);
  limits.max_body = 1000;
  const auto larger = client.fetch(request_for(server.url()), limits);

  EXPECT_TRUE(fits.ok());
  ASSERT_FALSE(larger.ok());
  EXPECT_EQ(larger.error().code, ErrorCode::Corrupt);
}

TEST(HttpClientFailures, EndsWhenTheSinkHasEnough) {
  const ScriptedServer server(always(answer_200(std::string(100'000, 'x'))));
  HttpClient client;
  CollectingSink at_head;
  at_head.take_head = false;
  CollectingSink at_body;
  at_body.take_body = false;

  const auto head_result = client.stream(request_for(server.url()), {}, at_head);
  const auto body_result = client.stream(request_for(server.url()), {}, at_body);

  ASSERT_FALSE(head_result.ok());
  EXPECT_EQ(head_result.error().code, ErrorCode::Canceled);
  EXPECT_EQ(at_head.bytes, 0U);
  ASSERT_FALSE(body_result.ok());
  EXPECT_EQ(body_result.error().code, ErrorCode::Canceled);
  EXPECT_LT(at_body.bytes, 100'000U);
}

TEST(HttpClientFailures, SendsNoFieldThatWouldSplitTheRequest) {
  const ScriptedServer server(always(answer_200("ok")));
  HttpClient client;
  auto request = request_for(server.url());
  request.headers.add("Authorization", "Bearer a\r\nX-Injected: 1");

  const auto response = client.fetch(request);

  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(response.error().message.find("Bearer"), std::string::npos);
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClientFailures, SaysThatNobodyListens) {
  std::uint16_t port = 0;
  {
    const ListeningSocket gone(1);
    port = gone.port();
  }
  HttpClient client;

  const auto response =
      client.fetch(request_for("http://127.0.0.1:" + std::to_string(port) + "/?secret=1"));

  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(response.error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace ecrelay::net
