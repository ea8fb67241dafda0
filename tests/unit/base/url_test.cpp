#include "base/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ecrelay::base {
namespace {

TEST(UrlParse, TakesItsPartsApart) {
  const auto url = Url::parse("HTTPS://Host.Example:8443/a%2Fb?x=1&y#part");

  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "host.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a%2Fb");
  EXPECT_EQ(url->query, "x=1&y");
  EXPECT_EQ(url->origin(), "https://host.example:8443");
  EXPECT_EQ(url->target(), "/a%2Fb?x=1&y");
}

TEST(UrlParse, PrintsTheShortestForm) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"http://a", "http://a/"},
      {"http://a:80/x", "http://a/x"},
      {"https://a:443", "https://a/"},
      {"https://a:80", "https://a:80/"},
      {"http://a?q", "http://a/?q"},
      {"http://[::1]:5000/", "http://[::1]:5000/"},
      {"http://[2001:DB8::1]", "http://[2001:db8::1]/"},
  };

  for (const auto& [text, printed] : cases) {
    const auto url = Url::parse(text);

    ASSERT_TRUE(url.ok()) << text;
    EXPECT_EQ(url->str(), printed);
  }
}

TEST(UrlParse, RefusesWhatIsNoUrl) {
  const std::vector<std::string> cases = {
      "",
      "host",
      "ftp://a",
      "file:///etc/passwd",
      "//a/b",
      "http://",
      "http:///p",
      "http://:80",
      "http://a:",
      "http://a:0",
      "http://a:65536",
      "http://a:x",
      "http://u:p@a/",
      "http://u@a",
      "http://a b",
      "http://a/\r\nX: y",
      "http://[::1",
      "http://[::1]x",
      "http://[zz]",
      "http://a/\x7f",
  };

  for (const auto& text : cases) {
    const auto url = Url::parse(text);

    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(UrlParse, ShowsNoPasswordAndNoQueryInItsErrors) {
  EXPECT_EQ(Url::parse("https://user:hush@a/").error().message.find("hush"), std::string::npos);
  EXPECT_EQ(Url::parse("https://a:x/?sig=hush").error().message.find("hush"), std::string::npos);
}

TEST(UrlResolve, FollowsTheExamplesOfRfc3986) {
  const auto base_url = Url::parse("http://a/b/c/d;p?q").value();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"https://other:8443/x?y", "https://other:8443/x?y"},
      {"/login?next=http://x/", "http://a/login?next=http://x/"},
  };

  for (const auto& [reference, full] : cases) {
    const auto url = base_url.resolve(reference);

    ASSERT_TRUE(url.ok()) << reference;
    EXPECT_EQ(url->str(), full) << reference;
  }
}

TEST(UrlResolve, KeepsEscapesAndRefusesControlCharacters) {
  const auto base_url = Url::parse("https://a:8443/v2/x").value();

  EXPECT_EQ(base_url.resolve("/y%2Bz?sig=a%2Bb")->str(), "https://a:8443/y%2Bz?sig=a%2Bb");
  EXPECT_FALSE(base_url.resolve("/y\r\nX: z").ok());
  EXPECT_FALSE(base_url.resolve("ftp://a/b").ok());
}

TEST(Url, RedactsTheQuery) {
  EXPECT_EQ(Url::parse("https://a/p?X-Amz-Signature=hush")->redacted(), "https://a/p?...");
  EXPECT_EQ(Url::parse("https://a/p")->redacted(), "https://a/p");
}

TEST(Loopback, IsToldByAddressNotByPrefix) {
  for (const auto* host : {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const auto* host :
       {"127.0.0.1.evil.com", "128.0.0.1", "::2", "localhost.evil.com", "", "0.0.0.0", "127"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace ecrelay::base
