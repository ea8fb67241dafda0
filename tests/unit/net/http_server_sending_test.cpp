#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "net/http_server.hpp"
#include "support/raw_client.hpp"
#include "support/raw_socket.hpp"
#include "support/waiting.hpp"
#include "unit/net/served.hpp"

namespace ecrelay::net {
namespace {

using namespace std::chrono_literals;
using support::becomes_true;
using support::Ending;
using support::RawSocket;
using Entries = std::vector<SentLog::Entry>;

constexpr std::uint64_t kLong = 20'000'000;
constexpr int kSmallBuffer = 4096;

/// Answers each request with `make()`, and logs what on_sent says.
Handler logged(SentLog& log, std::function<ServerResponse()> make) {
  return [&log, make = std::move(make)](const ServerRequest&) {
    auto response = make();
    response.on_sent = log.recorder();
    return response;
  };
}

TEST(HttpServerSending, TellsOnceThatAllWentOut) {
  SentLog log;
  const Served served(
      logged(log, [] { return source_response(std::make_unique<TestSource>(kLong), kLong); }));
  auto client = served.connect();

  client.send(get("/"));
  const auto answer = client.read_answer();

  EXPECT_EQ(answer.body.size(), kLong);
  ASSERT_TRUE(becomes_true([&] { return !log.entries().empty(); }));
  client.send(get("/"));
  client.read_answer();
  EXPECT_TRUE(becomes_true([&] { return log.entries().size() == 2; }));
  EXPECT_EQ(log.entries().front(), (SentLog::Entry{kLong, BodyEnd::Whole}));
}

TEST(HttpServerSending, TellsOfATextAndOfHead) {
  SentLog log;
  const Served served(logged(log, [] { return text_response("0123456789"); }));
  auto client = served.connect();

  client.send(get("/"));
  client.read_answer();
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_answer(RawSocket::Body::None);

  ASSERT_TRUE(becomes_true([&] { return log.entries().size() == 2; }));
  EXPECT_EQ(log.entries(), (Entries{{10, BodyEnd::Whole}, {0, BodyEnd::Whole}}));
}

TEST(HttpServerSending, TellsThatTheClientLeft) {
  SentLog log;
  const Served served(
      logged(log, [] { return source_response(std::make_unique<TestSource>(kLong), kLong); }));
  auto client = served.connect(kSmallBuffer);

  client.send(get("/"));
  const auto received = client.read_bytes(100'000).size();
  client.reset();

  ASSERT_TRUE(becomes_true([&] { return !log.entries().empty(); }));
  EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 0; }));
  ASSERT_EQ(log.entries().size(), 1U);
  EXPECT_EQ(log.entries().front().end, BodyEnd::ClientLeft);
  EXPECT_LT(log.entries().front().bytes, kLong);
  EXPECT_EQ(received, 100'000U);
}

TEST(HttpServerSending, CutsTheBodyOfAFailedSourceWithFinAndTellsSo) {
  for (const auto failure : {TestSource::Failure::Error, TestSource::Failure::Exception}) {
    SentLog log;
    const Served served(logged(log, [failure] {
      auto source = std::make_unique<TestSource>(1'000'000);
      source->fail_at(600'000, failure);
      return source_response(std::move(source), 1'000'000);
    }));
    auto client = served.connect();

    client.send(get("/"));
    client.read_until("\r\n\r\n");
    const auto rest = client.read_rest();

    EXPECT_EQ(rest.bytes.size(), 600'000U);
    EXPECT_EQ(rest.ending, Ending::Complete);
    client.reset();
    EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 0; }));
    EXPECT_EQ(log.entries(), (Entries{{600'000, BodyEnd::SourceFailed}}));
  }
}

TEST(HttpServerSending, CutsWithFinAlsoWhereRequestBytesAreUnread) {
  const auto gate = std::make_shared<Gate>();
  const Served served([&](const ServerRequest&) {
    gate->wait();
    auto source = std::make_unique<TestSource>(1'000'000);
    source->fail_at(600'000);
    return source_response(std::move(source), 1'000'000);
  });
  auto client = served.connect();

  client.send(get("/") + std::string(100'000, 'z'));
  gate->open();
  client.read_until("\r\n\r\n");
  const auto rest = client.read_rest();

  EXPECT_EQ(rest.bytes.size(), 600'000U);
  EXPECT_EQ(rest.ending, Ending::Complete);
}

TEST(HttpServerSending, CountsASourceThatEndsEarlyAsFailed) {
  SentLog log;
  const Served served(
      logged(log, [] { return source_response(std::make_unique<TestSource>(1000), 2000); }));
  auto client = served.connect();

  client.send(get("/"));
  client.read_until("\r\n\r\n");
  const auto rest = client.read_rest();

  EXPECT_EQ(rest.bytes.size(), 1000U);
  EXPECT_EQ(rest.ending, Ending::Complete);
  EXPECT_EQ(log.entries(), (Entries{{1000, BodyEnd::SourceFailed}}));
}

TEST(HttpServerSending, DropsAClientThatDoesNotRead) {
  SentLog log;
  const Served served(
      logged(log, [] { return source_response(std::make_unique<TestSource>(kLong), kLong); }),
      {.write = 200ms});
  auto client = served.connect(kSmallBuffer);
  const auto start = base::Steady::now();

  client.send(get("/"));

  ASSERT_TRUE(becomes_true([&] { return !log.entries().empty(); }));
  EXPECT_LT(base::Steady::now() - start, 2s);
  EXPECT_EQ(log.entries().front().end, BodyEnd::ClientLeft);
  EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 0; }));
}

TEST(HttpServerSending, ASlowClientIsNoneThatDoesNotRead) {
  const Served served(
      [](const ServerRequest&) {
        return source_response(std::make_unique<TestSource>(kLong), kLong);
      },
      {.write = 300ms});
  auto client = served.connect(32 * 1024);
  client.send(get("/"));
  client.read_until("\r\n\r\n");

  // For longer than the limit, in steps too small to free a third of the sender's buffer in time.
  std::size_t received = 0;
  const auto start = base::Steady::now();
  while (base::Steady::now() - start < 1s) {
    received += client.read_bytes(20'000).size();
    std::ignore = becomes_true([] { return false; }, 20ms);
  }
  received += client.read_bytes(kLong - received).size();

  EXPECT_EQ(received, kLong);
}

TEST(HttpServerSending, ServesManyClientsOfSourcesAtOnce) {
  const Served served([](const ServerRequest&) {
    return source_response(std::make_unique<TestSource>(3'000'000), 3'000'000);
  });
  std::vector<RawSocket> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(served.connect());
    clients.back().send(get("/"));
  }

  for (auto& client : clients) {
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.body, std::string(3'000'000, 'x'));
  }
}

}  // namespace
}  // namespace ecrelay::net
