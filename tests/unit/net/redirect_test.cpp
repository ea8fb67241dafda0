#include "net/redirect.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/url.hpp"
#include "support/raw_socket.hpp"
#include "unit/net/scripted_server.hpp"

namespace ecrelay::net {
namespace {

using base::ErrorCode;
using support::RawSocket;

class TextSink final : public ResponseSink {
 public:
  bool on_head(int new_status, const Headers& /*headers*/) override {
    ++heads;
    status = new_status;
    return true;
  }
  bool on_body(std::span<const std::byte> data) override {
    body.append(reinterpret_cast<const char*>(data.data()), data.size());
    return true;
  }
  int heads = 0;
  int status = 0;
  std::string body;
};

std::string redirect_to(const std::string& location, const std::string& body = "") {
  return "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + location +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers "/" with `first` and all else with 200 "end"; remembers the heads of requests.
class Hop {
 public:
  explicit Hop(std::function<std::string()> first)
      : server([this, first = std::move(first)](RawSocket& connection, int) {
          for (auto head = connection.read_until("\r\n\r\n"); !head.empty();
               head = connection.read_until("\r\n\r\n")) {
            {
              const std::lock_guard lock(mutex_);
              heads_.push_back(head);
            }
            connection.send(head.starts_with("GET / ") ? first() : answer_200("end"));
          }
        }) {}
  [[nodiscard]] std::string last_head() const {
    const std::lock_guard lock(mutex_);
    return heads_.empty() ? "" : heads_.back();
  }
  [[nodiscard]] std::size_t requests() const {
    const std::lock_guard lock(mutex_);
    return heads_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;

 public:
  ScriptedServer server;  // last: its threads use the members above
};

struct Followed {
  base::Result<void> result;
  TextSink sink;
  std::vector<std::string> told;
};

Followed follow(const std::string& url) {
  HttpClient client;
  HttpRequest request{.url = *base::Url::parse(url)};
  request.headers.add("Authorization", "Basic c2VjcmV0");
  request.headers.add("Cookie", "secret");
  request.headers.add("Accept", "*/*");
  Followed followed;
  followed.result =
      stream_following(client, request, {}, followed.sink,
                       [&](const base::Url& next) { followed.told.push_back(next.str()); }, {});
  return followed;
}

TEST(StreamFollowing, LeavesALocationIntact) {
  // Shaped like a presigned S3 URL, and like an Azure SAS.
  const std::string targets[] = {
      "/bucket/ab/c?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
      "&X-Amz-Security-Token=a%2Bb%2Fc%3D%3D&X-Amz-SignedHeaders=host&X-Amz-Signature=0a1b",
      "/c/b?sv=2024-01-01&sig=x%2By%2Fz%3D&se=2026-01-01T00%3A00%3A00Z",
      "/c/b?Signature=AbC-_~1&Key-Pair-Id=K1&Expires=12",
      "/c/b?name=a%20b",
  };

  for (const auto& target : targets) {
    SCOPED_TRACE(target);
    const Hop storage([] { return answer_200(""); });
    const Hop registry([&] { return redirect_to(storage.server.url(target)); });
    const auto followed = follow(registry.server.url());
    ASSERT_TRUE(followed.result.ok()) << followed.result.error().message;
    EXPECT_EQ(followed.sink.body, "end");
    EXPECT_TRUE(storage.last_head().starts_with("GET " + target + " HTTP/1.1\r\n"))
        << storage.last_head();
    EXPECT_EQ(followed.told, std::vector{storage.server.url(target)});
  }
}

TEST(StreamFollowing, KeepsCredentialsFromAnotherOrigin) {
  const Hop storage([] { return answer_200(""); });
  const Hop registry([&] { return redirect_to(storage.server.url("/blob")); });

  const auto followed = follow(registry.server.url());

  ASSERT_TRUE(followed.result.ok());
  EXPECT_EQ(field_of(registry.last_head(), "Authorization"), "Basic c2VjcmV0");
  EXPECT_EQ(field_of(storage.last_head(), "Authorization"), "");
  EXPECT_EQ(field_of(storage.last_head(), "Cookie"), "");
  EXPECT_EQ(field_of(storage.last_head(), "Accept"), "*/*");
}

TEST(StreamFollowing, KeepsCredentialsOnTheSameOrigin) {
  const Hop registry([] { return redirect_to("/blob"); });

  const auto followed = follow(registry.server.url());

  ASSERT_TRUE(followed.result.ok());
  EXPECT_EQ(registry.requests(), 2U);
  EXPECT_EQ(field_of(registry.last_head(), "Authorization"), "Basic c2VjcmV0");
  EXPECT_EQ(field_of(registry.last_head(), "Cookie"), "secret");
  EXPECT_EQ(registry.server.connections(), 1);
}

TEST(StreamFollowing, GivesCredentialsBackToNobodyOnceTheyWereTaken) {
  std::string back;
  const Hop storage([&] { return redirect_to(back); });
  const Hop registry([&] { return redirect_to(storage.server.url("/")); });
  back = registry.server.url("/blob");

  const auto followed = follow(registry.server.url());

  ASSERT_TRUE(followed.result.ok());
  EXPECT_TRUE(registry.last_head().starts_with("GET /blob "));
  EXPECT_EQ(field_of(registry.last_head(), "Authorization"), "");
}

TEST(StreamFollowing, ShowsTheSinkTheLastResponseAlone) {
  const Hop registry([] { return redirect_to("/blob", "moved"); });

  const auto followed = follow(registry.server.url());

  ASSERT_TRUE(followed.result.ok());
  EXPECT_EQ(followed.sink.heads, 1);
  EXPECT_EQ(followed.sink.status, 200);
  EXPECT_EQ(followed.sink.body, "end");
}

TEST(StreamFollowing, DoesNotReadTheEndlessBodyOfARedirect) {
  const ScriptedServer endless([](RawSocket& connection, int) {
    const auto head = connection.read_until("\r\n\r\n");
    if (!head.starts_with("GET / ")) {
      connection.send(answer_200("end"));
      return;
    }
    connection.send("HTTP/1.1 302 Found\r\nLocation: /blob\r\n\r\n");
    while (connection.send(std::string(65536, 'x'))) {
    }
  });

  const auto followed = follow(endless.url());

  ASSERT_TRUE(followed.result.ok()) << followed.result.error().message;
  EXPECT_EQ(followed.sink.body, "end");
}

TEST(StreamFollowing, GivesUpAfterFiveRedirects) {
  const Hop registry([] { return redirect_to("/"); });

  const auto followed = follow(registry.server.url());

  ASSERT_FALSE(followed.result.ok());
  EXPECT_EQ(followed.result.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(registry.requests(), 6U);
  EXPECT_EQ(followed.sink.heads, 0);
}

TEST(StreamFollowing, HandsOnARedirectWithoutALocation) {
  const Hop registry([] { return "HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nhm"; });

  const auto followed = follow(registry.server.url());

  ASSERT_TRUE(followed.result.ok());
  EXPECT_EQ(followed.sink.status, 302);
  EXPECT_EQ(followed.sink.body, "hm");
}

TEST(StreamFollowing, RefusesALocationThatIsNoUrlOfHttp) {
  for (const auto* location : {"ftp://127.0.0.1/x", "http://user@127.0.0.1/x", "http:///x"}) {
    SCOPED_TRACE(location);
    const Hop registry([&] { return redirect_to(location); });
    const auto followed = follow(registry.server.url());
    EXPECT_FALSE(followed.result.ok());
    EXPECT_EQ(registry.requests(), 1U);
  }
}

}  // namespace
}  // namespace ecrelay::net
