#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "unit/upstream/registry_fixture.hpp"

namespace ecrelay::upstream {
namespace {

class RegistryList : public RegistryFixture {
 protected:
  /// The page of tags that is answered to requests with `position` in their query.
  void add_page(const std::string& position, const std::string& tags, const std::string& link) {
    ecr_double::HeaderList headers;
    if (!link.empty()) {
      headers.emplace_back("Link", "<" + link + ">; rel=\"next\"");
    }
    ecr_.add_fault({.contains = "tags/list?" + position,
                    .fault = {.status = 200,
                              .body = R"({"name":"library/app","tags":[)" + tags + "]}",
                              .headers = std::move(headers)}});
  }
};

TEST_F(RegistryList, TagsComeFromAllPages) {
  constexpr int kTags = 2100;
  const auto small = ecr_double::make_image({});
  for (int i = 0; i < kTags; ++i) {
    ecr_.push("team/app", "t" + std::to_string(i), small);
  }

  const auto reply = registry_.tags({"team/app"});

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(reply->size(), static_cast<std::size_t>(kTags));
  EXPECT_EQ(asked("tags"), 3U) << "ECR gives 1000 at most";
}

TEST_F(RegistryList, TagsComeFromARegistryWithItsOwnPages) {
  add_page("n=1000", R"("a","b")", "/v2/library/app/tags/list?position=2");
  add_page("position=2", R"("c")", "list?position=3");
  add_page("position=3", "", "");

  const auto reply = plain_.tags({"library/app"});

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_EQ(*reply, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(RegistryList, TagsThatLeadElsewhereAreABadAnswer) {
  add_page("n=1000", R"("a")", ecr_.cdn_url() + "/v2/library/app/tags/list?position=2");

  const auto reply = registry_.tags({kAtEcr});

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
  EXPECT_EQ(ecr_.counters().requests(Service::Cdn), 0U) << "the token would go there";
}

TEST_F(RegistryList, TagsThatLeadToThemselvesEnd) {
  add_page("n=1000", R"("a")", "/v2/library/app/tags/list?n=1000");

  const auto reply = plain_.tags({"library/app"});

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
}

TEST_F(RegistryList, TagsThatNeverEndTakeNoLongerThanOneAnswerMay) {
  add_page("n=1000", R"("a")", "/v2/library/app/tags/list?position=1");
  add_page("position=1", R"("a")", "/v2/library/app/tags/list?position=2");
  add_page("position=2", R"("a")", "/v2/library/app/tags/list?position=1");
  const auto start = base::Steady::now();

  const auto reply = plain_.tags({"library/app", std::chrono::milliseconds(50)});

  EXPECT_FALSE(reply.ok());
  EXPECT_LT(base::Steady::now() - start, std::chrono::milliseconds(500));
}

TEST_F(RegistryList, TagsThatAreNoListAreABadAnswer) {
  ecr_.add_fault({.contains = "tags/list", .fault = {.status = 200, .body = "<html>"}});

  const auto reply = plain_.tags({"library/app"});

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::BadAnswer);
}

TEST_F(RegistryList, TagsOfARegistryThatListsNoneAreUnsupported) {
  ecr_.add_fault(
      {.contains = "tags/list",
       .fault = {.status = 404,
                 .body = R"({"errors":[{"code":"NOT_FOUND","message":"404 page not found"}]})"}});

  const auto reply = plain_.tags({"library/app"});

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Unsupported);
}

TEST_F(RegistryList, ReferrersComeFromAllPages) {
  ecr_.change([](ecr_double::Settings& settings) { settings.referrers_page = 2; });
  for (int i = 0; i < 5; ++i) {
    ecr_.upstream().put(
        "docker.io", "library/app", "",
        ecr_double::make_referrer(image_, "application/vnd.example.sbom", std::to_string(i)));
  }
  import();
  const auto digest = *base::Digest::parse(image_.digest);

  const auto at_ecr = registry_.referrers({kAtEcr}, digest);
  const auto plain = plain_.referrers({"library/app"}, digest);

  ASSERT_TRUE(at_ecr.ok()) << at_ecr.failure().detail;
  EXPECT_EQ(at_ecr->size(), 5U);
  EXPECT_EQ(at_ecr->front().artifact_type, "application/vnd.example.sbom");
  EXPECT_EQ(asked("referrers"), 3U);
  ASSERT_TRUE(plain.ok()) << plain.failure().detail;
  EXPECT_EQ(plain->size(), 5U);
}

TEST_F(RegistryList, NothingRefersToADigest) {
  import();
  const auto digest = *base::Digest::parse(image_.digest);

  const auto reply = registry_.referrers({kAtEcr}, digest);

  ASSERT_TRUE(reply.ok()) << reply.failure().detail;
  EXPECT_TRUE(reply->empty());
}

TEST_F(RegistryList, APlainRegistryWithoutReferrersHasNone) {
  for (const auto* body : {"404 page not found\n", R"({"errors":[{"code":"NAME_UNKNOWN"}]})"}) {
    ecr_.clear_faults();
    ecr_.add_fault({.contains = "/referrers/", .fault = {.status = 404, .body = body}});

    const auto reply = plain_.referrers({"library/app"}, layer());

    ASSERT_TRUE(reply.ok()) << reply.failure().detail;
    EXPECT_TRUE(reply->empty());
  }
}

TEST_F(RegistryList, EcrThatDoesNotHoldTheRepositoryCannotTellReferrers) {
  const auto reply = registry_.referrers({kAtEcr}, layer());

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::NotFound);
}

TEST_F(RegistryList, ReferrersThatAreDeniedAreNotAnEmptyList) {
  import();
  ecr_.change(
      [](ecr_double::Settings& settings) { settings.denied_actions = {"ecr:BatchGetImage"}; });

  const auto reply = registry_.referrers({kAtEcr}, layer());

  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.failure().kind, FailureKind::Denied);
}

}  // namespace
}  // namespace ecrelay::upstream
