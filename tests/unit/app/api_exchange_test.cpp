#include "app/api_exchange.hpp"

#include <gtest/gtest.h>

#include "app/dashboard.hpp"
#include "app/host_check.hpp"

namespace ecrelay::app {
namespace {

net::ServerRequest request_for(const std::string& target, const std::string& body = {}) {
  net::ServerRequest request;
  request.method = "GET";
  request.target = target;
  request.body = body;
  return request;
}

TEST(ApiRequest, IsTakenApart) {
  const auto http = request_for("/api/v1/jobs/a%2Fb/report?format=json&x=1");

  const auto request = ApiRequest::read(http);

  EXPECT_EQ(request.path, "/api/v1/jobs/a%2Fb/report");
  EXPECT_EQ(request.parts, (std::vector<std::string>{"api", "v1", "jobs", "a/b", "report"}));
  EXPECT_EQ(request.query, "format=json&x=1");
}

TEST(ApiRequest, HasOneEmptyPartAtTheRoot) {
  const auto http = request_for("/");

  EXPECT_EQ(ApiRequest::read(http).parts, std::vector<std::string>{""});
}

TEST(ApiRequest, GivesEveryValueOfANameDecoded) {
  const auto http = request_for("/x?ref=a%3A1&refs=no&ref=b+c&ref=%zz&ref");

  const auto values = ApiRequest::read(http).query_values("ref");

  EXPECT_EQ(values, (std::vector<std::string>{"a:1", "b+c"}));
}

TEST(ApiRequest, TakesAJsonObjectOrNothingAsItsBody) {
  struct Case {
    const char* body;
    bool accepted;
  };

  for (const auto& [body, accepted] :
       {Case{"", true}, Case{" \n", true}, Case{"{}", true}, Case{R"({"a":1})", true},
        Case{"[]", false}, Case{"1", false}, Case{"{", false}, Case{"{}x", false}}) {
    const auto http = request_for("/", body);
    EXPECT_EQ(ApiRequest::read(http).json_body().ok(), accepted) << body;
  }
}

TEST(ApiRequest, RefusesABodyThatWasNotRead) {
  auto http = request_for("/", "");
  http.body_state = net::BodyState::NotRead;

  EXPECT_FALSE(ApiRequest::read(http).json_body().ok());
}

TEST(ReplyError, HasTheStatusOfItsCode) {
  EXPECT_EQ(reply_error({base::ErrorCode::InvalidArgument, "x"}).status, 400);
  EXPECT_EQ(reply_error({base::ErrorCode::NotFound, "x"}).status, 404);
  EXPECT_EQ(reply_error({base::ErrorCode::Io, "x"}).status, 500);
}

TEST(ReplyError, IsJsonThatSaysWhy) {
  const auto response = reply_error(400, "\"a\" is wrong");

  const auto json = stats::Json::parse(response.body);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->get("error").as_string(), "\"a\" is wrong");
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
}

TEST(HostCheck, OnLoopbackTakesLoopbackNamesAlone) {
  const std::vector<config::ListenAddress> listen = {{"127.0.0.1", 5055}};
  struct Case {
    const char* host;
    bool accepted;
  };

  for (const auto& [host, accepted] :
       {Case{"127.0.0.1:5055", true}, Case{"127.0.0.1", true}, Case{"localhost:5055", true},
        Case{"LOCALHOST", true}, Case{"[::1]:5055", true}, Case{"127.0.0.2:1", true},
        Case{"", false}, Case{"evil.example", false}, Case{"evil.example:5055", false},
        Case{"localhost.evil.example", false}, Case{"10.0.0.1", false}, Case{"ecrelay", false},
        Case{"localhost/x", false}, Case{"evil.example@localhost", false}}) {
    EXPECT_EQ(names_this_relay(host, listen), accepted) << host;
  }
}

TEST(HostCheck, TakesTheAddressItListensOn) {
  const std::vector<config::ListenAddress> listen = {{"127.0.0.1", 5055}, {"10.0.0.1", 5055}};

  EXPECT_TRUE(names_this_relay("10.0.0.1:5055", listen));
  EXPECT_FALSE(names_this_relay("10.0.0.2:5055", listen));
}

TEST(HostCheck, OnEveryAddressTakesAddressesAndServiceNames) {
  const std::vector<config::ListenAddress> listen = {{"0.0.0.0", 5055}};

  EXPECT_TRUE(names_this_relay("10.1.2.3:5055", listen));
  EXPECT_TRUE(names_this_relay("ecrelay:5055", listen));
  EXPECT_FALSE(names_this_relay("evil.example:5055", listen));
}

TEST(Dashboard, EscapesWhatItShows) {
  auto status = stats::Json::object({{"endpoint", "<script>alert('x')</script>"}});

  const auto page = dashboard_page(status);

  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), std::string::npos);
}

TEST(Dashboard, ShowsJobsAndProblems) {
  const auto status = stats::Json::object(
      {{"jobs", stats::Json::array({stats::Json::object({{"id", "job-1"}})})},
       {"problems", stats::Json::array({stats::Json::object({{"what", "w1"}, {"why", "w2"}})})}});

  const auto page = dashboard_page(status);

  EXPECT_NE(page.find("job-1"), std::string::npos);
  EXPECT_NE(page.find("w1: w2"), std::string::npos);
}

}  // namespace
}  // namespace ecrelay::app
