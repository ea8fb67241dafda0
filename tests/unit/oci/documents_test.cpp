#include "oci/documents.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ecrelay::oci {
namespace {

std::string digest_of(char c) {
  return "sha256:" + std::string(64, c);
}

std::string referrer(char c, const std::string& type) {
  return R"({"annotations":{"k":"v"},"artifactType":")" + type + R"(","digest":")" + digest_of(c) +
         R"(","size":3})";
}

TEST(TagsList, IsReadAsItWasWritten) {
  const std::vector<std::string> tags = {"1", "latest"};

  const auto text = tags_list_json("library/node", tags);
  const auto read = parse_tags_list(text);

  EXPECT_EQ(text, R"({"name":"library/node","tags":["1","latest"]})");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, tags);
}

TEST(TagsList, KeepsWellFormedTagsAlone) {
  const auto tags = parse_tags_list(R"({"tags":["b","a b","../x",7,null,"a"]})");

  ASSERT_TRUE(tags.ok());
  EXPECT_EQ(*tags, (std::vector<std::string>{"b", "a"}));
}

TEST(TagsList, TakesNullAsEmptyAndRefusesTheRest) {
  EXPECT_TRUE(parse_tags_list(R"({"name":"x","tags":null})")->empty());
  for (const auto* bytes : {"", "{}", "[]", R"({"tags":{}})", "x"}) {
    EXPECT_FALSE(parse_tags_list(bytes).ok()) << bytes;
  }
}

TEST(Referrers, AreFilteredAndMergedOncePerDigest) {
  const auto first = parse_referrers(R"({"manifests":[)" + referrer('a', "application/sig") + "," +
                                     referrer('b', "application/sbom") + R"(,{"digest":"x"}]})");
  const auto second = parse_referrers(R"({"manifests":[)" + referrer('a', "application/sig") + "," +
                                      referrer('c', "application/sig") + "]}");
  ASSERT_TRUE(first.ok() && second.ok());
  auto all = *first;
  all.insert(all.end(), second->begin(), second->end());

  const auto signatures = select_referrers(all, "application/sig");

  EXPECT_EQ(all.size(), 4U);
  EXPECT_EQ(select_referrers(all, "").size(), 3U);
  EXPECT_EQ(referrers_index_json(signatures),
            R"({"manifests":[)" + referrer('a', "application/sig") + "," +
                referrer('c', "application/sig") +
                R"(],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2})");
}

TEST(Referrers, AnEmptyIndexHasNone) {
  const auto referrers = parse_referrers(empty_index_json());

  ASSERT_TRUE(referrers.ok());
  EXPECT_TRUE(referrers->empty());
  EXPECT_EQ(empty_index_json(), referrers_index_json({}));
}

TEST(TokenAnswer, TakesEitherNameAndBoundsTheLife) {
  struct Case {
    std::string bytes;
    std::string token;
    int seconds;
  };
  const std::vector<Case> cases = {
      {R"({"token":"abc","access_token":"other","expires_in":300})", "abc", 300},
      {R"({"access_token":"xyz"})", "xyz", 60},
      {R"({"token":"abc","expires_in":0})", "abc", 60},
      {R"({"token":"abc","expires_in":-5})", "abc", 60},
      {R"({"token":"abc","expires_in":"300"})", "abc", 60},
      {R"({"token":"abc","expires_in":1e300})", "abc", 86400},
  };

  for (const auto& one : cases) {
    const auto answer = parse_token_answer(one.bytes);

    ASSERT_TRUE(answer.ok()) << one.bytes;
    EXPECT_EQ(answer->token.reveal(), one.token) << one.bytes;
    EXPECT_EQ(answer->expires_in.count(), one.seconds) << one.bytes;
  }
}

TEST(TokenAnswer, RefusesWhatCannotGoIntoAHeaderAndDoesNotShowIt) {
  for (const auto* bytes : {"", "{}", R"({"token":""})", R"({"token":7})",
                            R"({"token":"hush\r\nX: y"})", R"({"token":"hush hush"})"}) {
    const auto answer = parse_token_answer(bytes);

    ASSERT_FALSE(answer.ok()) << bytes;
    EXPECT_EQ(answer.error().message.find("hush"), std::string::npos);
  }
}

}  // namespace
}  // namespace ecrelay::oci
