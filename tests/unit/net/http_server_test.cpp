#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/raw_client.hpp"
#include "support/raw_socket.hpp"
#include "support/waiting.hpp"
#include "unit/net/served.hpp"

namespace ecrelay::net {
namespace {

using namespace std::chrono_literals;
using support::Ending;
using support::RawSocket;
using support::send_raw;

ServerResponse echo(const ServerRequest& request) {
  auto response = text_response(request.method + " " + request.target + " " + request.body);
  response.headers.add("X-Listener", request.listener);
  return response;
}

TEST(HttpServer, HandsTheTargetOnAsWritten) {
  const Served served(echo);

  const auto answer = send_raw({.url = served.url("/v2/a%2Fb%20c/../x?ns=quay.io%3A443&a=+")});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /v2/a%2Fb%20c/../x?ns=quay.io%3A443&a=+ ");
  EXPECT_EQ(answer.ending, Ending::Complete);
}

TEST(HttpServer, AnswersOnKeepAliveWithoutNaglesDelay) {
  const Served served(echo);
  auto client = served.connect();
  std::vector<std::chrono::nanoseconds> times;

  for (int i = 0; i < 50; ++i) {
    const auto start = base::Steady::now();
    client.send(get("/"));
    ASSERT_EQ(client.read_answer().status, 200);
    times.push_back(base::Steady::now() - start);
  }

  std::nth_element(times.begin(), times.begin() + 25, times.end());
  EXPECT_LT(times[25], 5ms);
}

TEST(HttpServer, AnswersBothOfTwoPipelinedRequests) {
  const Served served(echo);
  auto client = served.connect();

  client.send(get("/one") + get("/two"));

  EXPECT_EQ(client.read_answer().body, "GET /one ");
  EXPECT_EQ(client.read_answer().body, "GET /two ");
}

TEST(HttpServer, AnswersARequestThatComesInPieces) {
  const Served served(echo);
  auto client = served.connect();

  for (const char c : get("/slow")) {
    ASSERT_TRUE(client.send(std::string(1, c)));
  }

  EXPECT_EQ(client.read_answer().body, "GET /slow ");
}

TEST(HttpServer, SkipsEmptyLinesBetweenRequests) {
  const Served served(echo);
  auto client = served.connect();

  client.send("\r\n" + get("/one") + "\r\n");
  const auto first = client.read_answer();
  client.send(get("/two"));

  EXPECT_EQ(first.body, "GET /one ");
  EXPECT_EQ(client.read_answer().body, "GET /two ");
}

TEST(HttpServer, ClosesAfterARequestThatAsksForIt) {
  const Served served(echo);
  auto client = served.connect();

  client.send(get("/", "Connection: close\r\n"));
  const auto rest = client.read_rest();

  EXPECT_EQ(rest.ending, Ending::Complete);
  EXPECT_NE(rest.bytes.find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpServer, ReadsABodyOfKnownLength) {
  const Served served(echo);

  const auto answer = send_raw({.method = "POST", .url = served.url("/jobs"), .body = "{\"a\":1}"});

  EXPECT_EQ(answer.body, "POST /jobs {\"a\":1}");
}

TEST(HttpServer, InvitesTheBodyOfAClientThatWaitsFor100Continue) {
  const Served served(echo);
  auto client = served.connect();

  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const auto invitation = client.read_until("\r\n\r\n");
  client.send("hi");

  EXPECT_EQ(invitation, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "POST / hi");
}

TEST(HttpServer, LeavesAChunkedOrLongBodyUnreadAndCloses) {
  std::atomic<int> not_read = 0;
  const Served served([&](const ServerRequest& request) {
    not_read += request.body_state == BodyState::NotRead ? 1 : 0;
    return text_response("no");
  });
  auto chunked = served.connect();
  auto longer = served.connect();

  chunked.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n" +
      get("/smuggled"));
  longer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n" +
              std::string(65537, 'x'));

  for (auto* client : {&chunked, &longer}) {
    EXPECT_EQ(client->read_answer().body, "no");
    const auto rest = client->read_rest();
    EXPECT_EQ(rest.bytes, "");
    EXPECT_EQ(rest.ending, Ending::Complete);
  }
  EXPECT_EQ(not_read, 2);
}

TEST(HttpServer, AnswersHeadWithTheLengthAndNoBody) {
  const Served served([](const ServerRequest& request) {
    return request.target == "/text"
               ? text_response("0123456789")
               : source_response(std::make_unique<TestSource>(5'000'000'000), 5'000'000'000);
  });
  auto client = served.connect();

  client.send("HEAD /text HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto text = client.read_answer(RawSocket::Body::None);
  client.send("HEAD /source HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto source = client.read_answer(RawSocket::Body::None);
  client.send(get("/text", "Connection: close\r\n"));
  const auto after = client.read_answer();

  EXPECT_EQ(text.header("Content-Length"), "10");
  EXPECT_EQ(source.header("Content-Length"), "5000000000");
  EXPECT_EQ(after.body, "0123456789");
  EXPECT_EQ(client.read_rest().bytes, "");
}

TEST(HttpServer, NeverCompressesAndGivesTheExactLength) {
  const std::string json = "{\"a\":\"" + std::string(100'000, 'b') + "\"}";
  const Served served([&](const ServerRequest&) {
    auto response = text_response(json);
    response.headers.set("Content-Type", "application/json");
    return response;
  });

  const auto answer =
      send_raw({.url = served.url(), .headers = {{"Accept-Encoding", "br, gzip, deflate, zstd"}}});

  EXPECT_EQ(answer.body, json);
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(json.size()));
  EXPECT_EQ(answer.header("Content-Encoding"), "");
  EXPECT_EQ(answer.header("Transfer-Encoding"), "");
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
}

TEST(HttpServer, LeavesTheRangeToTheHandler) {
  const Served served([](const ServerRequest& request) {
    EXPECT_EQ(request.headers.get("Range"), "bytes=2-3");
    auto response = text_response("whole");
    response.headers.add("X-Seen", "1");
    return response;
  });

  const auto answer = send_raw({.url = served.url(), .headers = {{"Range", "bytes=2-3"}}});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "whole");
  EXPECT_EQ(answer.header("X-Seen"), "1");
}

TEST(HttpServer, AnswersAnEmptyBody) {
  const Served served([](const ServerRequest& request) {
    ServerResponse response;
    response.status = request.target == "/204" ? 204 : 200;
    return response;
  });
  auto client = served.connect();

  client.send(get("/") + get("/204"));
  const auto empty = client.read_answer();
  const auto none = client.read_answer();

  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.header("Content-Length"), "0");
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.header("Content-Length"), "");  // RFC 9110 8.6
}

TEST(HttpServer, SendsNoFieldThatWouldSplitTheResponse) {
  const Served served([](const ServerRequest&) {
    auto response = text_response("body");
    response.headers.set("Content-Type", "text/plain\r\nX-Injected: 1");
    response.headers.add("X-Value", "a\r\nX-Injected: 2");
    response.headers.add("X-Name\r\nX-Injected", "3");
    response.headers.add("X-Fine", "4");
    return response;
  });

  const auto answer = send_raw({.url = served.url()});

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "body");
  EXPECT_EQ(answer.header("X-Injected"), "");
  EXPECT_EQ(answer.header("X-Fine"), "4");
}

TEST(HttpServer, AnswersAThrowingHandlerWith500AndKeepsItsTextBack) {
  const Served served([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/other") {
      throw 42;  // NOLINT: no std::exception, on purpose
    }
    throw std::runtime_error("secret");
  });

  for (const auto* target : {"/", "/other"}) {
    auto client = served.connect();
    client.send(get(target, "Connection: close\r\n"));
    const auto rest = client.read_rest();
    EXPECT_TRUE(rest.bytes.starts_with("HTTP/1.1 500 ")) << rest.bytes;
    EXPECT_EQ(rest.bytes.find("secret"), std::string::npos);
  }
}

TEST(HttpServer, KnowsWhenItWasLastAsked) {
  const auto gate = std::make_shared<Gate>();
  Served served([&](const ServerRequest&) {
    gate->wait();
    return text_response("late");
  });
  auto client = served.connect();
  const auto before = base::Steady::now();

  client.send(get("/"));
  const bool busy = support::becomes_true([&] { return served.server.last_activity() > before; });
  const auto while_answering = base::Steady::now();
  const auto seen = served.server.last_activity();
  gate->open();
  client.read_answer();

  EXPECT_TRUE(busy);
  EXPECT_GE(seen, while_answering);
  EXPECT_TRUE(support::becomes_true([&] {
    const auto now = base::Steady::now();
    return served.server.last_activity() < now;
  }));
}

}  // namespace
}  // namespace ecrelay::net
