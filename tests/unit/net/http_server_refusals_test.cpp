#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "net/http_server.hpp"
#include "support/raw_client.hpp"
#include "support/raw_socket.hpp"
#include "unit/net/served.hpp"

namespace ecrelay::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using support::Ending;

struct Hostile {
  const char* what;
  std::string bytes;
};

std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) {
    fields += "X-" + std::to_string(i) + ": 1\r\n";
  }
  return fields;
}

TEST(HttpServerRefusals, RefuseAndCloseWhatCannotBeTrusted) {
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  const auto hidden = get("/hidden");
  const Hostile cases[] = {
      {"a body on GET", get("/", "Content-Length: " + std::to_string(hidden.size()) + "\r\n")},
      {"two lengths", post + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"},
      {"length and coding",
       post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"another coding", post + "Transfer-Encoding: identity\r\n\r\n"},
      {"the absolute form", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a folded line", get("/", "A: b\r\n c\r\n")},
      {"bare LF alone", "GET / HTTP/1.1\nHost: x\n\n"},
      {"bare LF at the end", "GET / HTTP/1.1\r\nHost: x\n\r\n"},
      {"bare LF before CR LF", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"},
      {"a space before the colon", get("/", "Content-Length : 5\r\n")},
      {"NUL", get("/", "A: \0\r\n"s)},
      {"201 fields", get("/", many_fields(200))},
      {"another version", "GET / HTTP/3.0\r\nHost: x\r\n\r\n"},
      {"no HTTP at all", "\x80\x81\x82\x83\r\n\r\n"},
  };

  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    std::atomic<int> asked = 0;
    const Served served([&](const ServerRequest&) {
      ++asked;
      return text_response("ok");
    });
    auto client = served.connect();
    client.send(c.bytes + hidden);
    const auto rest = client.read_rest(2s);
    EXPECT_TRUE(rest.bytes.starts_with("HTTP/1.1 400 ")) << rest.bytes;
    EXPECT_EQ(rest.bytes.find("Content-Length:"), rest.bytes.rfind("Content-Length:"))
        << "answered twice";
    EXPECT_EQ(rest.ending, Ending::Complete);
    EXPECT_EQ(asked, 0);
  }
}

TEST(HttpServerRefusals, RunNoRequestHiddenInTheBodyOfAGetThatComesInTwoStages) {
  std::atomic<int> asked = 0;
  const Served served([&](const ServerRequest&) {
    ++asked;
    return text_response("ok");
  });
  const auto hidden = get("/hidden");
  auto client = served.connect();

  client.send(get("/", "Content-Length: " + std::to_string(hidden.size()) + "\r\n"));
  const auto answer = client.read_until("\r\n\r\n");
  client.send(hidden);
  const auto rest = client.read_rest(2s);

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(rest.bytes.find("HTTP/1.1"), std::string::npos);
  EXPECT_EQ(rest.ending, Ending::Complete);
  EXPECT_EQ(asked, 0);
}

TEST(HttpServerRefusals, DoNotWaitForTheEndOfAHeadOfBareLfs) {
  const Served served([](const ServerRequest&) { return text_response("ok"); });
  auto client = served.connect();

  client.send("GET / HTTP/1.1\nHost: x\n\n");
  const auto rest = client.read_rest(2s);

  EXPECT_TRUE(rest.bytes.starts_with("HTTP/1.1 400 ")) << rest.bytes;
  EXPECT_EQ(rest.ending, Ending::Complete);
}

TEST(HttpServerRefusals, RefuseAHeadOver64KiB) {
  const Served served([](const ServerRequest&) { return text_response("ok"); });
  const Hostile cases[] = {
      {"65 KiB, whole", get("/", "A: " + std::string(65 * 1024, 'a') + "\r\n")},
      {"1 MiB, no end", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(1 << 20, 'a')},
      {"a target of 65 KiB", get("/" + std::string(65 * 1024, 'a'))},
  };

  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    auto client = served.connect();
    client.send(c.bytes);
    const auto rest = client.read_rest(2s);
    EXPECT_TRUE(rest.bytes.starts_with("HTTP/1.1 431 ")) << rest.bytes.substr(0, 100);
    EXPECT_EQ(rest.ending, Ending::Complete);
  }
}

TEST(HttpServerRefusals, TakeAHeadOfJustUnder64KiB) {
  const Served served([](const ServerRequest&) { return text_response("ok"); });
  auto client = served.connect();

  client.send(get("/", "A: " + std::string(64 * 1024 - 100, 'a') + "\r\n"));

  EXPECT_EQ(client.read_answer().status, 200);
}

TEST(HttpServerRefusals, CloseAConnectionWhoseHeadDripsPastTheDeadline) {
  const Served served([](const ServerRequest&) { return text_response("ok"); }, {.head = 200ms});
  auto client = served.connect();
  const auto start = base::Steady::now();
  const std::string never_ending = "GET / HTTP/1.1\r\nA: " + std::string(1000, 'a');

  std::size_t sent = 0;
  support::RawSocket::Rest rest;
  while (rest.bytes.empty() && rest.ending == Ending::TimedOut && sent < never_ending.size()) {
    client.send(never_ending.substr(sent++, 1));
    rest = client.read_rest(20ms);
  }
  const auto closed_after = base::Steady::now() - start;

  EXPECT_TRUE(rest.bytes.starts_with("HTTP/1.1 408 ")) << rest.bytes;
  EXPECT_GT(closed_after, 150ms);
  EXPECT_LT(closed_after, 1s);
}

TEST(HttpServerRefusals, CloseAConnectionWhoseBodyDripsPastTheDeadline) {
  const Served served([](const ServerRequest&) { return text_response("ok"); }, {.head = 100ms});
  auto client = served.connect();

  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  const auto rest = client.read_rest(2s);

  EXPECT_EQ(rest.bytes.find("200 OK"), std::string::npos);
  EXPECT_EQ(rest.ending, Ending::Complete);
}

TEST(HttpServerRefusals, AnswerATlsHelloInPlainHttpThenFin) {
  const Served served([](const ServerRequest&) { return text_response("ok"); });
  auto client = served.connect();
  // The start of a ClientHello: record header, handshake header, version, random.
  const auto hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(502, '\x5a');

  client.send(hello);
  const auto rest = client.read_rest(2s);

  EXPECT_TRUE(rest.bytes.starts_with("HTTP/1.1 400 ")) << rest.bytes;
  EXPECT_EQ(rest.ending, Ending::Complete);
}

}  // namespace
}  // namespace ecrelay::net
