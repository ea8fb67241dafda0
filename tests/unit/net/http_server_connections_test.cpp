#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
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
using support::send_raw;

ServerResponse ok(const ServerRequest&) {
  return text_response("ok");
}

std::ptrdiff_t threads_of_this_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

TEST(HttpServerConnections, IdleOnesStarveNobodyAndHoldNoThread) {
  const Served served(ok);
  std::vector<RawSocket> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(served.connect());
    if (i % 2 == 0) {  // the others have never sent a byte
      idle.back().send(get("/"));
      ASSERT_EQ(idle.back().read_answer().status, 200);
    }
  }

  const auto start = base::Steady::now();
  const auto answer = send_raw({.url = served.url()});
  const auto time = base::Steady::now() - start;

  EXPECT_EQ(answer.status, 200);
  EXPECT_LT(time, 500ms);
  EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 100; }));
  // Workers end after some idle time of their own; none is held by a connection.
  EXPECT_LT(threads_of_this_process(), 30);
  for (auto& connection : idle) {
    connection.send(get("/"));
    ASSERT_EQ(connection.read_answer().status, 200);
  }
}

TEST(HttpServerConnections, CountsThoseThatAreOpen) {
  const Served served(ok);
  {
    auto first = served.connect();
    auto second = served.connect();
    first.send(get("/"));
    first.read_answer();
    EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 2; }));
  }

  EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 0; }));
}

TEST(HttpServerConnections, CloseAfterTheKeepAliveTime) {
  const Served served(ok, {.keep_alive = 50ms});
  auto used = served.connect();
  auto silent = served.connect();
  used.send(get("/"));
  used.read_answer();

  EXPECT_EQ(used.read_rest(3s).ending, Ending::Complete);
  EXPECT_EQ(silent.read_rest(3s).ending, Ending::Complete);
  EXPECT_TRUE(becomes_true([&] { return served.server.open_connections() == 0; }));
}

TEST(HttpServerConnections, MakeRoomByClosingTheLongestIdle) {
  const Served served(ok, {.max_connections = 2});
  auto oldest = served.connect();
  auto younger = served.connect();
  ASSERT_TRUE(becomes_true([&] { return served.server.open_connections() == 2; }));

  auto third = served.connect();
  third.send(get("/"));

  EXPECT_EQ(third.read_answer().status, 200);
  EXPECT_EQ(oldest.read_rest().ending, Ending::Complete);
  younger.send(get("/"));
  EXPECT_EQ(younger.read_answer().status, 200);
  EXPECT_EQ(served.server.refused_connections(), 0U);
}

TEST(HttpServerConnections, MakeRoomOnceTheyWereAnswered) {
  const Served served(ok, {.max_connections = 1});
  auto first = served.connect();
  first.send(get("/"));
  ASSERT_EQ(first.read_answer().status, 200);

  // Not before its thread has left it, some milliseconds later.
  EXPECT_TRUE(becomes_true([&] { return send_raw({.url = served.url()}).status == 200; }));
  EXPECT_EQ(first.read_rest().ending, Ending::Complete);
}

TEST(HttpServerConnections, AreTurnedAwayWith503WhenAllAreBusy) {
  const auto gate = std::make_shared<Gate>();
  std::atomic<int> answering = 0;
  const Served served(
      [&](const ServerRequest&) {
        ++answering;
        gate->wait();
        return text_response("late");
      },
      {.max_connections = 2});
  std::vector<RawSocket> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(served.connect());
    busy.back().send(get("/"));
  }
  ASSERT_TRUE(becomes_true([&] { return answering == 2; }));

  std::vector<support::RawAnswer> refused;
  for (int i = 0; i < 20; ++i) {
    refused.push_back(send_raw({.url = served.url()}));
  }
  gate->open();

  for (const auto& answer : refused) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.header("Retry-After"), "");
    EXPECT_EQ(answer.ending, Ending::Complete);
  }
  EXPECT_GE(served.server.refused_connections(), 20U);
  for (auto& client : busy) {
    EXPECT_EQ(client.read_answer().body, "late");
  }
  EXPECT_TRUE(becomes_true([&] { return send_raw({.url = served.url()}).status == 200; }));
}

}  // namespace
}  // namespace ecrelay::net
