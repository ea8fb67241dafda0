#include "net/request_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ecrelay::net {
namespace {

using namespace std::string_literals;

TEST(ParseRequestHead, ReadsMethodTargetAndFieldsAsWritten) {
  const auto parsed = parse_request_head(
      "GET /v2/a%2Fb/manifests/1?ns=docker.io%3A443 HTTP/1.1\r\nHost: relay\r\n"
      "Accept: a/b\r\naccept:\tc/d \r\nX-Empty:\r\n\r\n");

  ASSERT_EQ(parsed.refusal, 0) << parsed.why;
  EXPECT_EQ(parsed.head.method, "GET");
  EXPECT_EQ(parsed.head.target, "/v2/a%2Fb/manifests/1?ns=docker.io%3A443");
  EXPECT_EQ(parsed.head.headers.joined("Accept"), "a/b, c/d");
  EXPECT_EQ(parsed.head.headers.get("X-Empty"), "");
  EXPECT_TRUE(parsed.head.keep_alive);
}

TEST(ParseRequestHead, KnowsWhenTheConnectionStays) {
  const struct {
    std::string head;
    bool keep_alive;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
  };

  for (const auto& c : cases) {
    SCOPED_TRACE(c.head);
    const auto parsed = parse_request_head(c.head);
    EXPECT_EQ(parsed.refusal, 0);
    EXPECT_EQ(parsed.head.keep_alive, c.keep_alive);
  }
}

TEST(ParseRequestHead, ReadsTheFramingOfAPost) {
  const auto sized = parse_request_head("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 42\r\n\r\n");
  const auto chunked =
      parse_request_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n");

  EXPECT_EQ(sized.head.content_length, 42U);
  EXPECT_FALSE(sized.head.chunked);
  EXPECT_TRUE(chunked.head.chunked);
}

TEST(ParseRequestHead, RefusesWhatSmugglesOrIsMalformed) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  std::string many = start;
  for (int i = 0; i < 200; ++i) {
    many += "X-" + std::to_string(i) + ": 1\r\n";
  }
  const struct {
    const char* what;
    std::string head;
  } cases[] = {
      {"a body on GET", start + "Content-Length: 5\r\n\r\n"},
      {"a chunked body on GET", start + "Transfer-Encoding: chunked\r\n\r\n"},
      {"a body on HEAD", "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"},
      {"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"},
      {"the same length twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"},
      {"a list of lengths", post + "Content-Length: 5, 5\r\n\r\n"},
      {"a signed length", post + "Content-Length: +5\r\n\r\n"},
      {"a hexadecimal length", post + "Content-Length: 0x5\r\n\r\n"},
      {"an empty length", post + "Content-Length:\r\n\r\n"},
      {"a length past 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n"},
      {"length and coding", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"another coding", post + "Transfer-Encoding: gzip\r\n\r\n"},
      {"two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n"},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"a disguised coding", post + "Transfer-Encoding: \vchunked\r\n\r\n"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"the absolute form", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"the authority form", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"the asterisk form", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a folded line", start + "A: b\r\n c\r\n\r\n"},
      {"a folded line that looks like a field", start + "A: b\r\n C: d\r\n\r\n"},
      {"a space before the first field", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
      {"a bare LF", "GET / HTTP/1.1\nHost: x\r\n\r\n"},
      {"a bare LF at the end", start + "A: b\n\r\n"},
      {"a bare CR", start + "A: b\rC: d\r\n\r\n"},
      {"a space before the colon", start + "A : b\r\n\r\n"},
      {"a tab before the colon", post + "Content-Length\t: 5\r\n\r\n"},
      {"a field without a colon", start + "A\r\n\r\n"},
      {"a field without a name", start + ": b\r\n\r\n"},
      {"NUL in a value", start + "A: b\0c\r\n\r\n"s},
      {"NUL in a name", start + "A\0: c\r\n\r\n"s},
      {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s},
      {"a control character in a value", start + "A: b\x01\r\n\r\n"},
      {"no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n"},
      {"two Hosts", start + "Host: y\r\n\r\n"},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"a tab instead of a space", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"no version", "GET /\r\nHost: x\r\n\r\n"},
      {"another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
      {"a lower-case version", "GET / http/1.1\r\nHost: x\r\n\r\n"},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"201 fields", many + "\r\n"},
      {"nothing", "\r\n"},
      {"no empty line", start},
  };

  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_GE(parse_request_head(c.head).refusal, 400);
    EXPECT_FALSE(parse_request_head(c.head).why.empty());
  }
}

TEST(ParseRequestHead, TakesTwoHundredFields) {
  std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 1; i < 200; ++i) {
    head += "X-" + std::to_string(i) + ": 1\r\n";
  }

  EXPECT_EQ(parse_request_head(head + "\r\n").refusal, 0);
}

TEST(ParseRequestHead, TakesALengthOfZeroOnGet) {
  const auto parsed = parse_request_head("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");

  EXPECT_EQ(parsed.refusal, 0) << parsed.why;
}

}  // namespace
}  // namespace ecrelay::net
