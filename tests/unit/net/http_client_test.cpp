#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/url.hpp"
#include "support/raw_socket.hpp"
#include "support/waiting.hpp"
#include "unit/net/scripted_server.hpp"

namespace ecrelay::net {
namespace {

using support::RawSocket;

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

}  // namespace
}  // namespace ecrelay::net
