#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/url.hpp"
#include "support/raw_socket.hpp"
#include "support/waiting.hpp"
#include "unit/net/scripted_server.hpp"
#include "unit/net/served.hpp"

namespace ecrelay::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using support::RawSocket;

HttpRequest request_for(const std::string& url) {
  return {.url = *base::Url::parse(url)};
}

/// Answers every request on a connection with the same bytes.
ScriptedServer::Script always(std::string answer) {
  return [answer = std::move(answer)](RawSocket& connection, int) {
    while (!connection.read_until("\r\n\r\n").empty()) {
      connection.send(answer);
    }
  };
}

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

TEST(HttpClient, FetchesStatusHeadersAndBody) {
  const ScriptedServer server(
      always("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n"
             "X-A: 1\r\nX-A: 2\r\n\r\nnone"));
  HttpClient client;

  const auto response = client.fetch(request_for(server.url()));

  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->headers.joined("x-a"), "1, 2");
  EXPECT_EQ(response->body, "none");
}

TEST(HttpClient, SendsTheTargetAsWrittenWithItsOwnFields) {
  std::string seen;
  const ScriptedServer server([&](RawSocket& connection, int) {
    seen = connection.read_until("\r\n\r\n");
    connection.send(answer_200("ok"));
  });
  HttpClient client;
  auto request = request_for(server.url("/a%2Fb/%7Ec?sig=x%2By%2Fz%3D&n=1+2"));
  request.headers.add("Authorization", "Bearer t");

  ASSERT_TRUE(client.fetch(request).ok());

  EXPECT_TRUE(seen.starts_with("GET /a%2Fb/%7Ec?sig=x%2By%2Fz%3D&n=1+2 HTTP/1.1\r\n")) << seen;
  EXPECT_EQ(field_of(seen, "Host"), base::Url::parse(server.url())->authority());
  EXPECT_EQ(field_of(seen, "Accept-Encoding"), "identity");
  EXPECT_EQ(field_of(seen, "Authorization"), "Bearer t");
}

TEST(HttpClient, PostsABody) {
  std::string seen;
  const ScriptedServer server([&](RawSocket& connection, int) {
    seen = connection.read_until("\r\n\r\n");
    seen += connection.read_bytes(2);
    connection.send(answer_200("ok"));
  });
  HttpClient client;
  auto request = request_for(server.url());
  request.method = Method::Post;
  request.body = "{}";

  ASSERT_TRUE(client.fetch(request).ok());

  EXPECT_TRUE(seen.starts_with("POST / HTTP/1.1\r\n"));
  EXPECT_EQ(field_of(seen, "Content-Length"), "2");
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{}"));
}

TEST(HttpClient, GivesTheHeadOfAnAnswerWithoutABody) {
  const ScriptedServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"));
  const ScriptedServer nothing(always("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"));
  HttpClient client;
  auto head = request_for(server.url());
  head.method = Method::Head;

  const auto of_head = client.fetch(head);
  const auto again = client.fetch(head);
  const auto of_204 = client.fetch(request_for(nothing.url()));

  ASSERT_TRUE(of_head.ok() && again.ok() && of_204.ok());
  EXPECT_EQ(of_head->headers.get("Content-Length"), "12345");
  EXPECT_EQ(of_head->body, "");
  EXPECT_EQ(of_204->status, 204);
  EXPECT_EQ(of_204->headers.get("X-A"), "1");
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, ReadsAChunkedBody) {
  const ScriptedServer server(
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  HttpClient client;

  const auto response = client.fetch(request_for(server.url()));

  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "abcde");
}

TEST(HttpClient, LeavesAnEncodedBodyAsItIs) {
  const std::string gzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x4a\x06\0\xc2\x41\x24\x35\x03\0\0\0",
                         23);
  const ScriptedServer server(always(answer_200(gzip, "Content-Encoding: gzip\r\n")));
  HttpClient client;

  const auto response = client.fetch(request_for(server.url()));

  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, gzip);
}

TEST(HttpClient, NeverFollowsARedirectByItself) {
  const ScriptedServer server(
      always("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"));
  HttpClient client;

  const auto response = client.fetch(request_for(server.url()));

  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->headers.get("Location"), "/other");
}

TEST(HttpClient, UsesAConnectionAgain) {
  const ScriptedServer server(always(answer_200("ok")));
  HttpClient client;

  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(client.fetch(request_for(server.url())).ok());
  }

  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, OpensAConnectionForEachOfSeveralRequestsAtOnce) {
  constexpr int kRequests = 8;
  std::atomic<int> arrived = 0;
  const ScriptedServer server([&](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    ++arrived;
    support::becomes_true([&] { return arrived == kRequests; });
    connection.send(answer_200("ok"));
  });
  HttpClient client;
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> threads;

  for (int i = 0; i < kRequests; ++i) {
    threads.emplace_back(
        [&] { succeeded += client.fetch(request_for(server.url())).ok() ? 1 : 0; });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(succeeded, kRequests);
  EXPECT_EQ(server.connections(), kRequests);
}

TEST(HttpClient, SendsOnceMoreWhatDiedOnAKeptAliveConnection) {
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

TEST(HttpClient, SendsNothingAgainThatDiedOnANewConnection) {
  const ScriptedServer server(
      [](RawSocket& connection, int) { connection.read_until("\r\n\r\n"); });
  HttpClient client;

  const auto response = client.fetch(request_for(server.url()));

  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, SendsNothingAgainOnceTheHeadOfTheAnswerCame) {
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

TEST(HttpClient, CallsABodyThatEndsEarlyUnavailable) {
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

TEST(HttpClient, KeepsNoConnectionThatTheServerCloses) {
  const ScriptedServer server([](RawSocket& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send(answer_200("ok", "Connection: Close\r\n"));
  });
  HttpClient client;

  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(client.fetch(request_for(server.url())).ok());
  }

  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpClient, BoundsTheBodyOfAFetch) {
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

TEST(HttpClient, EndsWhenTheSinkHasEnough) {
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

TEST(HttpClient, SendsNoFieldThatWouldSplitTheRequest) {
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

TEST(HttpClient, SaysThatNobodyListens) {
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
