#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
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

constexpr std::uint64_t kSize = 1'000'000;

/// A server whose bodies wait at the gate in their middle.
struct Slow {
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  SentLog log;
  Served served{[this](const ServerRequest&) {
    auto source = std::make_unique<TestSource>(kSize);
    source->wait_at(kSize / 2, gate);
    auto response = source_response(std::move(source), kSize);
    response.on_sent = log.recorder();
    return response;
  }};

  RawSocket begin_download() {
    auto client = served.connect();
    client.send(get("/"));
    client.read_until("\r\n\r\n");
    return client;
  }
  std::future<bool> drain(std::chrono::milliseconds time) {
    return std::async(std::launch::async,
                      [this, time] { return served.server.drain(base::Deadline::after(time)); });
  }
};

TEST(HttpServerDrain, LetsADownloadUnderWayEndWholeAndTakesNothingNew) {
  Slow slow;
  auto idle = slow.served.connect();
  auto client = slow.begin_download();
  ASSERT_TRUE(becomes_true([&] { return slow.served.server.open_connections() == 2; }));

  auto drained = slow.drain(10s);
  const bool closed =
      becomes_true([&] { return !RawSocket::connect(slow.served.port()).connected(); });
  const auto idle_end = idle.read_rest(2s);
  slow.gate->open();
  const auto rest = client.read_rest();

  EXPECT_TRUE(closed);
  EXPECT_EQ(idle_end.bytes, "");
  EXPECT_EQ(idle_end.ending, Ending::Complete);
  EXPECT_EQ(rest.bytes.size(), kSize);
  EXPECT_EQ(rest.ending, Ending::Complete);
  EXPECT_TRUE(drained.get());
}

TEST(HttpServerDrain, TakesNoFurtherRequestOnAConnectionThatIsBeingAnswered) {
  Slow slow;
  auto idle = slow.served.connect();
  auto client = slow.begin_download();
  auto drained = slow.drain(10s);
  ASSERT_EQ(idle.read_rest().ending, Ending::Complete);  // closed once it drains

  client.send(get("/again"));
  slow.gate->open();
  const auto rest = client.read_rest();

  EXPECT_EQ(rest.bytes.size(), kSize);
  EXPECT_EQ(rest.ending, Ending::Complete);
  EXPECT_TRUE(drained.get());
  EXPECT_EQ(slow.log.entries().size(), 1U);
}

TEST(HttpServerDrain, DoesNotWaitForARequestThatIsNotWholeYet) {
  Slow slow;
  auto client = slow.served.connect();
  client.send("GET / HTTP/1.1\r\n");
  ASSERT_TRUE(becomes_true([&] { return slow.served.server.open_connections() == 1; }));
  const auto start = base::Steady::now();

  const bool whole = slow.served.server.drain(base::Deadline::after(8s));

  EXPECT_TRUE(whole);
  EXPECT_LT(base::Steady::now() - start, 2s);
  EXPECT_NE(client.read_rest(2s).ending, Ending::TimedOut);
}

TEST(HttpServerDrain, CutsAtTheDeadline) {
  // A client that does not read: the server waits to write.
  SentLog log;
  Served served([&](const ServerRequest&) {
    auto response = source_response(std::make_unique<TestSource>(kSize * 50), kSize * 50);
    response.on_sent = log.recorder();
    return response;
  });
  auto client = served.connect(4096);
  client.send(get("/"));
  client.read_until("\r\n\r\n");
  const auto start = base::Steady::now();

  const bool whole = served.server.drain(base::Deadline::after(300ms));
  const auto time = base::Steady::now() - start;
  const auto rest = client.read_rest();

  EXPECT_FALSE(whole);
  EXPECT_GE(time, 290ms);
  EXPECT_LT(time, 2s);
  EXPECT_LT(rest.bytes.size(), kSize * 50);
  EXPECT_EQ(rest.ending, Ending::Complete);
  served.server.stop();
  ASSERT_EQ(log.entries().size(), 1U);
  EXPECT_EQ(log.entries().front().end, BodyEnd::ClientLeft);
}

TEST(HttpServerDrain, DoesNotWaitPastItsDeadlineForAHandlerThatHasNotAnswered) {
  const auto gate = std::make_shared<Gate>();
  std::atomic<bool> asked = false;
  Served served([&](const ServerRequest&) {
    asked = true;
    gate->wait();
    return text_response("late");
  });
  auto client = served.connect();
  client.send(get("/"));
  ASSERT_TRUE(becomes_true([&] { return asked.load(); }));
  const auto start = base::Steady::now();

  const bool whole = served.server.drain(base::Deadline::after(100ms));
  const auto time = base::Steady::now() - start;
  gate->open();

  EXPECT_FALSE(whole);
  EXPECT_LT(time, 2s);
}

TEST(HttpServerDrain, EndsAtOnceWhereNothingIsUnderWay) {
  Slow slow;
  std::vector<RawSocket> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(slow.served.connect());
  }
  const auto start = base::Steady::now();

  const bool whole = slow.served.server.drain(base::Deadline::after(8s));

  EXPECT_TRUE(whole);
  EXPECT_LT(base::Steady::now() - start, 2s);
  EXPECT_EQ(slow.served.server.open_connections(), 0U);
}

}  // namespace
}  // namespace ecrelay::net
