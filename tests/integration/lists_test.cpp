// Tag lists and referrers through the relay: never kept, in pages of the relay's own.

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "integration/relay_fixture.hpp"

namespace ecrelay {
namespace {

constexpr const char* kPrivate = "?ns=123456789012.dkr.ecr.us-east-1.amazonaws.com";
constexpr const char* kSbom = "application/vnd.example.sbom";
constexpr const char* kSignature = "application/vnd.example.signature";
using Tags = std::vector<std::string>;

class Lists : public RelayFixture {
 protected:
  void push_tags(const Tags& tags) {
    for (const auto& tag : tags) {
      ecr_.push("team/app", tag, image("ghcr.io", "sample/oci"));
    }
  }
  static Tags tags_of(const RawAnswer& answer) {
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    return body.is_object() && body.contains("tags") ? body["tags"].get<Tags>()
                                                     : Tags{"no list: " + answer.body};
  }
  /// The target of the Link, which has to be a path of the relay.
  static std::string next_of(const RawAnswer& answer) {
    const auto link = answer.header("Link");
    const auto end = link.find(">; rel=\"next\"");
    return link.starts_with("</") && end != std::string::npos ? link.substr(1, end - 1) : "";
  }
  /// All pages, following Link as a client does.
  std::vector<Tags> pages(std::string target) {
    std::vector<Tags> all;
    while (!target.empty() && all.size() < 20) {
      const auto answer = get(target);
      EXPECT_EQ(answer.status, 200) << target << " " << answer.body;
      all.push_back(tags_of(answer));
      target = next_of(answer);
    }
    return all;
  }
  void refer(const std::string& type, const std::string& payload) {
    const auto& subject = image("ghcr.io", "sample/oci");
    ecr_.upstream().put("ghcr.io", "sample/oci", "",
                        ecr_double::make_referrer(subject, type, payload));
  }
  RawAnswer referrers(const std::string& query = "") {
    return get("/v2/sample/oci/referrers/" + image("ghcr.io", "sample/oci").digest + "?ns=ghcr.io" +
               query);
  }
  static nlohmann::json manifests_of(const RawAnswer& answer) {
    return nlohmann::json::parse(answer.body).at("manifests");
  }
};

TEST_F(Lists, TagsComeSortedAndWhole) {
  push_tags({"v2", "v10", "latest", "1.0", "V1"});
  start_relay();

  const auto answer = get(std::string("/v2/team/app/tags/list") + kPrivate);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(tags_of(answer), (Tags{"1.0", "V1", "latest", "v10", "v2"}));
  EXPECT_EQ(answer.header("Link"), "");
  EXPECT_EQ(nlohmann::json::parse(answer.body).at("name"), "team/app");
  EXPECT_EQ(answer.header("X-Ecrelay-Outcome"), "miss");
  EXPECT_EQ(answer.header("X-Ecrelay-Origin"), "ecr");
  EXPECT_EQ(rows().front().kind, "tags");
}

TEST_F(Lists, LinkLeadsThroughAllPagesOfTags) {
  push_tags({"a", "b", "c", "d", "e"});
  start_relay();

  EXPECT_EQ(pages(std::string("/v2/team/app/tags/list") + kPrivate + "&n=2"),
            (std::vector<Tags>{{"a", "b"}, {"c", "d"}, {"e"}}));
  EXPECT_EQ(pages(std::string("/v2/team/app/tags/list") + kPrivate + "&n=5"),
            (std::vector<Tags>{{"a", "b", "c", "d", "e"}}));
  EXPECT_EQ(pages("/v2/123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app/tags/list?n=3"),
            (std::vector<Tags>{{"a", "b", "c"}, {"d", "e"}}));
}

TEST_F(Lists, LastIsATagThatNeedNotBeThere) {
  push_tags({"a", "b", "d"});
  start_relay();
  const auto list = std::string("/v2/team/app/tags/list") + kPrivate;

  EXPECT_EQ(tags_of(get(list + "&last=b")), (Tags{"d"}));
  EXPECT_EQ(tags_of(get(list + "&last=c")), (Tags{"d"}));
  EXPECT_EQ(tags_of(get(list + "&last=d")), Tags{});
  EXPECT_EQ(tags_of(get(list + "&n=1&last=a")), (Tags{"b"}));
  EXPECT_EQ(tags_of(get(list + "&n=0")), Tags{});
  EXPECT_EQ(get(list + "&n=0").header("Link"), "");
}

TEST_F(Lists, MoreThanEcrGivesAtOnceIsOnePage) {
  Tags many;
  for (int i = 0; i < 1201; ++i) {
    many.push_back("t" + std::to_string(i));
  }
  push_tags(many);
  start_relay();

  const auto answer = get(std::string("/v2/team/app/tags/list") + kPrivate + "&n=5000");

  EXPECT_EQ(tags_of(answer).size(), many.size());
  EXPECT_EQ(answer.header("Link"), "");
  EXPECT_EQ(ecr_.counters().requests(Service::Registry, "tags"), 2U);
}

TEST_F(Lists, PagesHoldWhereTheRegistryIgnoresThem) {
  ecr_.add_fault(
      {.service = Service::Upstream,
       .contains = "/tags/list",
       .fault = {.status = 200, .body = R"({"name":"x","tags":["c","a","d","b","a"]})"}});
  start_relay();

  EXPECT_EQ(pages("/v2/sample/none/tags/list?n=3&ns=quay.io"),
            (std::vector<Tags>{{"a", "b", "c"}, {"d"}}));
  EXPECT_EQ(rows().front().origin, "upstream");
}

TEST_F(Lists, TheNextPageBelongsToTheSameJob) {
  push_tags({"a", "b", "c"});
  start_relay();
  const auto registry = std::string("/123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app");

  for (const auto& target : {"/job/j-1/v2" + registry + "/tags/list?n=2",
                             "/v2/job.ecrelay/j-1" + registry + "/tags/list?n=2"}) {
    const auto next = next_of(get(target));

    EXPECT_TRUE(next.starts_with("/job/j-1/v2/")) << next;
    EXPECT_EQ(tags_of(get(next)), (Tags{"c"}));
  }
}

TEST_F(Lists, TagsOfNothingAreDeclined) {
  start_relay();

  const auto unknown = get(std::string("/v2/team/none/tags/list") + kPrivate);
  const auto unmapped = get("/v2/team/app/tags/list?ns=registry.example.com");

  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.header("X-Ecrelay-Outcome"), "declined");
  EXPECT_EQ(unmapped.status, 404);
  EXPECT_EQ(rows()[0].reason, "not-found");
  EXPECT_EQ(rows()[1].reason, "no-rule");
}

TEST_F(Lists, ARegistryThatListsNoTagsIsUnsupported) {
  ecr_.add_fault(
      {.contains = "/tags/list",
       .fault = {.status = 404,
                 .body = R"({"errors":[{"code":"NOT_FOUND","message":"404 page not found"}]})"}});
  start_relay([&](config::ServeOptions& options) {
    options.upstream["public.ecr.aws"] = *base::Url::parse(ecr_.upstream_url());
  });

  const auto answer = get("/v2/nginx/nginx/tags/list?ns=public.ecr.aws");

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(rows().front().outcome, "declined");
  EXPECT_EQ(rows().front().reason, "unsupported");
}

TEST_F(Lists, AListIsNeverKept) {
  push_tags({"a"});
  start_relay();
  const auto list = std::string("/v2/team/app/tags/list") + kPrivate;
  ASSERT_EQ(tags_of(get(list)), (Tags{"a"}));
  push_tags({"b"});

  EXPECT_EQ(tags_of(get(list)), (Tags{"a", "b"}));
  EXPECT_EQ(outcomes(), (std::vector<std::string>{"tags:miss", "tags:miss"}));
}

TEST_F(Lists, ReferrersComeFromAllPagesThroughEcr) {
  ecr_.change([](ecr_double::Settings& settings) { settings.referrers_page = 2; });
  for (int i = 0; i < 5; ++i) {
    refer(kSbom, std::to_string(i));
  }
  start_relay();
  ASSERT_EQ(get("/v2/sample/oci/manifests/1?ns=ghcr.io").status, 200);

  const auto answer = referrers();

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), ecr_double::kOciIndex);
  EXPECT_EQ(answer.header("OCI-Filters-Applied"), "");
  EXPECT_EQ(manifests_of(answer).size(), 5U);
  EXPECT_EQ(answer.header("X-Ecrelay-Outcome"), "miss");
  EXPECT_EQ(rows().back().kind, "referrers");
  EXPECT_EQ(rows().back().origin, "ecr");
}

TEST_F(Lists, ReferrersAreFilteredByTheirType) {
  refer(kSbom, "1");
  refer(kSignature, "2");
  refer(kSignature, "3");
  start_relay();
  ASSERT_EQ(get("/v2/sample/oci/manifests/1?ns=ghcr.io").status, 200);

  const auto answer = referrers(std::string("&artifactType=") + kSignature);
  const auto none = referrers("&artifactType=application%2Fvnd.example.other");

  EXPECT_EQ(answer.header("OCI-Filters-Applied"), "artifactType");
  ASSERT_EQ(manifests_of(answer).size(), 2U);
  for (const auto& manifest : manifests_of(answer)) {
    EXPECT_EQ(manifest.at("artifactType"), kSignature);
  }
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.header("OCI-Filters-Applied"), "artifactType");
  EXPECT_TRUE(manifests_of(none).empty());
}

TEST_F(Lists, NothingThatRefersIsAnEmptyIndex) {
  start_relay();
  ASSERT_EQ(get("/v2/sample/oci/manifests/1?ns=ghcr.io").status, 200);

  const auto answer = referrers();

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), ecr_double::kOciIndex);
  EXPECT_TRUE(manifests_of(answer).empty());
  EXPECT_EQ(nlohmann::json::parse(answer.body).at("schemaVersion"), 2);
}

TEST_F(Lists, ReferrersOfWhatEcrDoesNotHoldComeFromTheRegistryItself) {
  refer(kSbom, "1");
  start_relay();

  const auto answer = referrers();

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(manifests_of(answer).size(), 1U);
  EXPECT_EQ(rows().front().origin, "upstream");
}

TEST_F(Lists, ReferrersThatNoPlaceKnowsOfAreAnEmptyIndex) {
  start_relay(
      [](config::ServeOptions& options) { options.on_ecr_failure = config::Fallback::Decline; });

  const auto answer = referrers();

  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(manifests_of(answer).empty());
}

TEST_F(Lists, ReferrersThatCannotBeAskedForAreNotAnEmptyIndex) {
  ecr_.change(
      [](ecr_double::Settings& settings) { settings.denied_actions = {"ecr:BatchGetImage"}; });
  start_relay(
      [](config::ServeOptions& options) { options.on_ecr_failure = config::Fallback::Decline; });

  const auto answer = referrers();

  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(rows().front().reason, "ecr-denied");
}

}  // namespace
}  // namespace ecrelay
