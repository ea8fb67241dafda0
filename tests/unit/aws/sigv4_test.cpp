#include "aws/sigv4.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/file_ops.hpp"
#include "base/strings.hpp"
#include "base/timestamps.hpp"

namespace ecrelay::aws {
namespace {

constexpr std::string_view kSecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

std::string text_of(const std::filesystem::path& path) {
  auto text = base::read_file(path);
  EXPECT_TRUE(text.ok()) << path;
  return text.ok() ? *text : std::string();
}

std::vector<std::filesystem::path> vector_folders() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(ECRELAY_TEST_DATA "/sigv4/v4")) {
    folders.push_back(entry.path());
  }
  return folders;
}

/// A vector's request.txt: a request line whose path may hold spaces, "Name:value" lines that may
/// be folded, an empty line, the body.
SigningInput parse_request(std::string_view text) {
  SigningInput input;
  const auto head_end = text.find("\n\n");
  input.body = head_end == std::string_view::npos ? "" : text.substr(head_end + 2);
  const auto lines = base::split(text.substr(0, head_end), '\n');
  const auto first = lines[0].find(' ');
  const auto target = lines[0].substr(first + 1, lines[0].rfind(' ') - first - 1);
  const auto mark = target.find('?');
  input.method = lines[0].substr(0, first);
  input.path = target.substr(0, mark);
  input.query = mark == std::string::npos ? "" : target.substr(mark + 1);
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].starts_with(' ')) {
      fields.back().second += "\n" + lines[i];
    } else if (!lines[i].empty()) {
      const auto colon = lines[i].find(':');
      fields.emplace_back(lines[i].substr(0, colon), lines[i].substr(colon + 1));
    }
  }
  for (auto& [name, value] : fields) {
    input.headers.add(name, value);
  }
  return input;
}

struct VectorContext {
  Credentials credentials;
  SigningScope scope;
  SigningOptions options;
};

VectorContext parse_context(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  const auto& keys = json.at("credentials");
  VectorContext context;
  context.credentials.access_key_id = keys.at("access_key_id");
  context.credentials.secret_access_key = base::Secret(keys.at("secret_access_key"));
  context.credentials.session_token = base::Secret(keys.value("token", ""));
  context.scope = {.region = json.at("region"),
                   .service = json.at("service"),
                   .time = base::parse_iso8601(json.at("timestamp").get<std::string>()).value()};
  context.options = {
      .path = json.at("normalize") ? PathForm::Normalized : PathForm::AsWritten,
      .body_hash = json.at("sign_body") ? BodyHashHeader::Signed : BodyHashHeader::Absent,
      .session_token = json.value("omit_session_token", false) ? SessionTokenHeader::AddedAfter
                                                               : SessionTokenHeader::Signed};
  return context;
}

TEST(SigV4, PassesEveryPublishedVector) {
  const auto folders = vector_folders();

  ASSERT_EQ(folders.size(), 38U);
  for (const auto& folder : folders) {
    SCOPED_TRACE(folder.filename().string());
    const auto context = parse_context(text_of(folder / "context.json"));
    const auto input = parse_request(text_of(folder / "request.txt"));

    const auto signature = sign(input, context.credentials, context.scope, context.options);

    EXPECT_EQ(signature.canonical_request, text_of(folder / "header-canonical-request.txt"));
    EXPECT_EQ(signature.string_to_sign, text_of(folder / "header-string-to-sign.txt"));
    EXPECT_EQ(signature.signature, text_of(folder / "header-signature.txt"));
    const auto expected = parse_request(text_of(folder / "header-signed-request.txt"));
    for (const auto& [name, value] : signature.headers) {
      EXPECT_EQ(value, expected.headers.get(name)) << name;
    }
  }
}

struct Golden {
  std::string key_id;
  std::string token;
  std::string region;
  std::string service;
  std::string host;
  std::string content_type;
  std::string target;
  std::string body;
  std::string request_hash;
  std::string signature;
};

std::vector<Golden> golden_calls() {
  return {
      {"AKIDEXAMPLE", "", "us-east-1", "ecr", "api.ecr.us-east-1.amazonaws.com",
       "application/x-amz-json-1.1", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
       "{}", "730f72636847de7730b2eee3d75b2f9b132f6371246ed2483aa747ada7d4ef9a",
       "997b80552554e08571a650063d23958ffe90e86d094fff42c53be7649d3432f7"},
      {"ASIAEXAMPLE", "FwoGZXIvYXdzEXAMPLE+/token==", "eu-central-1", "ecr",
       "ecr.eu-central-1.api.aws", "application/x-amz-json-1.1",
       "AmazonEC2ContainerRegistry_V20150921.DescribePullThroughCacheRules",
       R"({"maxResults":100})", "e74e9c2ba4578371a0244bea88a59c7377b8f0cd69f2364d6802760dd1d560a1",
       "f10c20171db08f6435ffa94d1b2e2634a6c28be0a119525a23f7f667c731c27e"},
      {"AKIDEXAMPLE", "", "us-west-2", "sts", "sts.us-west-2.amazonaws.com",
       "application/x-www-form-urlencoded; charset=utf-8", "",
       "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fci"
       "&RoleSessionName=ecrelay&DurationSeconds=3600",
       "fd06e2c3cef2101b1f6b0668b127f66c57f7e4e8104416565ad9a2ec1e3c8373",
       "d6264be77a0d0029edad18044b07cdd01af8028633020b5c685fa37d0944103c"},
  };
}

net::HttpRequest request_of(const Golden& call) {
  net::HttpRequest request{.method = net::Method::Post,
                           .url = base::Url::parse("https://" + call.host + "/").value(),
                           .body = call.body};
  request.headers.add("Content-Type", call.content_type);
  if (!call.target.empty()) {
    request.headers.add("X-Amz-Target", call.target);
  }
  return request;
}

TEST(SigV4, SignsOurCallsAsBotocoreDoes) {
  const auto time = base::parse_iso8601("2026-01-02T03:04:05Z").value();

  for (const auto& call : golden_calls()) {
    SCOPED_TRACE(call.host);
    const Credentials credentials{.access_key_id = call.key_id,
                                  .secret_access_key = base::Secret(std::string(kSecretKey)),
                                  .session_token = base::Secret(call.token)};
    const SigningScope scope{.region = call.region, .service = call.service, .time = time};
    auto request = request_of(call);
    request.headers.add("User-Agent", "ecrelay");
    request.headers.add("Connection", "keep-alive");

    sign_request(request, credentials, scope);

    const auto authorization = request.headers.get("Authorization").value();
    EXPECT_TRUE(authorization.ends_with("Signature=" + call.signature)) << authorization;
    EXPECT_EQ(request.headers.get("X-Amz-Date"), "20260102T030405Z");
    EXPECT_EQ(request.headers.has("X-Amz-Security-Token"), !call.token.empty());
    SigningInput input{
        .method = "POST", .path = "/", .headers = request_of(call).headers, .body = call.body};
    input.headers.add("Host", call.host);
    EXPECT_EQ(base::sha256(sign(input, credentials, scope).canonical_request).hex(),
              call.request_hash);
  }
}

TEST(SigV4, ARetryReplacesTheEarlierSignature) {
  const auto call = golden_calls()[1];
  const Credentials credentials{.access_key_id = call.key_id,
                                .secret_access_key = base::Secret(std::string(kSecretKey)),
                                .session_token = base::Secret(call.token)};
  const auto time = base::parse_iso8601("2026-01-02T03:04:05Z").value();
  const SigningScope late{call.region, call.service, time + std::chrono::hours(1)};
  auto request = request_of(call);

  sign_request(request, credentials, late);
  sign_request(request, credentials, {call.region, call.service, time});

  EXPECT_TRUE(request.headers.joined("Authorization").ends_with("Signature=" + call.signature));
  EXPECT_EQ(request.headers.joined("X-Amz-Date"), "20260102T030405Z");
  EXPECT_EQ(request.headers.joined("X-Amz-Security-Token"), call.token);
}

TEST(SigV4, SignsThePortThatIsNotTheDefault) {
  Golden call = golden_calls()[0];
  net::HttpRequest request = request_of(call);
  request.url = base::Url::parse("http://127.0.0.1:9000/").value();
  const Credentials credentials{.access_key_id = "A", .secret_access_key = base::Secret("s")};
  const SigningScope scope{"us-east-1", "ecr", base::Wall::time_point()};
  SigningInput input{.method = "POST", .path = "/", .headers = request.headers, .body = call.body};
  input.headers.add("Host", "127.0.0.1:9000");

  sign_request(request, credentials, scope);

  EXPECT_TRUE(
      request.headers.joined("Authorization").ends_with(sign(input, credentials, scope).signature));
}

}  // namespace
}  // namespace ecrelay::aws
