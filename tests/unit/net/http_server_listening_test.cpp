#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "net/http_server.hpp"
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

ServerResponse tell_listener(const ServerRequest& request) {
  return text_response(request.listener);
}

std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// The listening socket of this process on that port.
int listening_fd(std::uint16_t port) {
  for (int fd = 3; fd < 1024; ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens == 1 &&
        port_of(fd) == port) {
      return fd;
    }
  }
  return -1;
}

TEST(HttpServerListening, RefusesAPortThatAnotherListensOn) {
  const Served first(tell_listener);
  HttpServer second(tell_listener, {});

  const auto result = second.listen("127.0.0.1", first.port(), "main");

  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, base::ErrorCode::AlreadyExists);
  EXPECT_NE(result.error().message.find("127.0.0.1:" + std::to_string(first.port())),
            std::string::npos)
      << result.error().message;
  EXPECT_EQ(send_raw({.url = first.url()}).body, "main");
}

TEST(HttpServerListening, ListensOnAPortAgainAtOnceAfterItsServerEnded) {
  std::uint16_t port = 0;
  {
    const Served first(tell_listener);
    port = first.port();
    send_raw({.url = first.url()});  // leaves the port in TIME_WAIT
  }
  HttpServer second(tell_listener, {});

  const auto result = second.listen("127.0.0.1", port, "main");

  EXPECT_TRUE(result.ok());
}

TEST(HttpServerListening, TellsWhichListenerARequestCameInBy) {
  Served served(tell_listener);
  const auto job_port = served.server.listen("127.0.0.1", 0, "job-1");
  ASSERT_TRUE(job_port.ok());

  EXPECT_EQ(send_raw({.url = served.url()}).body, "main");
  EXPECT_EQ(send_raw({.url = "http://127.0.0.1:" + std::to_string(*job_port)}).body, "job-1");
}

TEST(HttpServerListening, StopsOneListenerAndTheConnectionsThatIdleOnIt) {
  Served served(tell_listener);
  const auto job_port = served.server.listen("127.0.0.1", 0, "job-1");
  ASSERT_TRUE(job_port.ok());
  auto idle = RawSocket::connect(*job_port);
  idle.send(get("/"));
  ASSERT_EQ(idle.read_answer().body, "job-1");

  served.server.stop_listening("job-1");

  EXPECT_FALSE(RawSocket::connect(*job_port).connected());
  EXPECT_EQ(idle.read_rest().ending, Ending::Complete);
  EXPECT_EQ(send_raw({.url = served.url()}).body, "main");
}

TEST(HttpServerListening, FinishesTheAnswerOnAListenerThatStopsThenCloses) {
  const auto gate = std::make_shared<Gate>();
  Served served([&](const ServerRequest&) {
    auto source = std::make_unique<TestSource>(100'000);
    source->wait_at(50'000, gate);
    return source_response(std::move(source), 100'000);
  });
  const auto job_port = served.server.listen("127.0.0.1", 0, "job-1");
  ASSERT_TRUE(job_port.ok());
  auto client = RawSocket::connect(*job_port);
  client.send(get("/"));
  client.read_until("\r\n\r\n");

  served.server.stop_listening("job-1");
  gate->open();
  const auto rest = client.read_rest();

  EXPECT_EQ(rest.bytes.size(), 100'000U);
  EXPECT_EQ(rest.ending, Ending::Complete);
}

TEST(HttpServerListening, AnswersABurstOfConnectsWithoutALostSyn) {
  constexpr int kClients = 200;
  const Served served(tell_listener);
  std::vector<RawSocket> clients;
  clients.reserve(kClients);
  const auto start = base::Steady::now();

  for (int i = 0; i < kClients; ++i) {
    clients.push_back(served.connect());
    clients.back().send(get("/"));
  }
  int answered = 0;
  for (auto& client : clients) {
    answered += client.read_answer().status == 200 ? 1 : 0;
  }

  EXPECT_EQ(answered, kClients);
  EXPECT_LT(base::Steady::now() - start, 1s);  // a SYN sent again costs a second
}

TEST(HttpServerListening, ListensAgainWhenAcceptFails) {
  const Served served(tell_listener);
  const int fd = listening_fd(served.port());
  ASSERT_GE(fd, 0);

  ::shutdown(fd, SHUT_RDWR);  // accept() then fails, as it does on ENFILE or ECONNABORTED

  EXPECT_TRUE(support::becomes_true(
      [&] { return send_raw({.url = served.url(), .timeout = 500ms}).status == 200; }));
}

TEST(HttpServerListening, StopsWhileTheListenerTriesToListenAgain) {
  for (int round = 0; round < 3; ++round) {
    Served served(tell_listener);
    ::shutdown(listening_fd(served.port()), SHUT_RDWR);

    served.server.stop_listening("main");

    EXPECT_FALSE(served.connect().connected());
  }
}

TEST(HttpServerListening, StartsAndStopsManyListenersAtOnce) {
  Served served(tell_listener);
  std::vector<std::thread> threads;

  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, tag = "job-" + std::to_string(i)] {
      for (int round = 0; round < 10; ++round) {
        EXPECT_TRUE(served.server.listen("127.0.0.1", 0, tag).ok());
        served.server.stop_listening(tag);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(send_raw({.url = served.url()}).body, "main");
}

}  // namespace
}  // namespace ecrelay::net
