#include "upstream/link_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ecrelay::upstream {
namespace {

constexpr const char* kFrom = "https://registry.example.com/v2/a/tags/list?n=2";

std::string next_of(std::string_view field) {
  const auto next = next_link(*base::Url::parse(kFrom), field);
  return next ? next->str() : "none";
}

TEST(LinkHeader, FindsTheNextPage) {
  struct Case {
    const char* field;
    const char* expected;
  };
  const Case cases[] = {
      // Absolute, as ECR writes it; a path, as distribution does; relative to the list.
      {R"(<https://registry.example.com/v2/a/tags/list?last=cG9zPTE%3D&n=2>; rel="next")",
       "https://registry.example.com/v2/a/tags/list?last=cG9zPTE%3D&n=2"},
      {R"(</v2/a/tags/list?n=2&last=b>; rel="next")",
       "https://registry.example.com/v2/a/tags/list?n=2&last=b"},
      {R"(<list?last=b>; rel="next")", "https://registry.example.com/v2/a/tags/list?last=b"},
      {R"(<?last=b>; rel="next")", "https://registry.example.com/v2/a/tags/list?last=b"},
      {R"(<//other.example.com/x>; rel="next")", "https://other.example.com/x"},
      // What RFC 8288 allows.
      {"</x>; rel=next", "https://registry.example.com/x"},
      {"</x>;rel=\"next\"", "https://registry.example.com/x"},
      {R"(</x>; title="t"; REL="Next")", "https://registry.example.com/x"},
      {R"(</x>; rel = "next")", "https://registry.example.com/x"},
      {R"(</x>; rel="last next")", "https://registry.example.com/x"},
      {R"(</p>; rel="prev", </x>; rel="next", </l>; rel="last")", "https://registry.example.com/x"},
      {R"(</x>; rel="next", </p>; rel="prev")", "https://registry.example.com/x"},
  };
  for (const auto& [field, expected] : cases) {
    const auto next = next_of(field);

    EXPECT_EQ(next, expected) << field;
  }
}

TEST(LinkHeader, HasNoNextPage) {
  for (const auto* field : {
           "",
           "</x>",
           R"(</x>; rel="prev")",
           R"(</x>; rel="nextpage")",
           R"(</x>; rel=nextpage)",
           R"(</x>; title="rel=next")",
           R"(</x>; xrel="next")",
           R"(</x; rel="next")",
           R"(/x>; rel="next")",
           R"(<ftp://registry.example.com/x>; rel="next")",
           R"(<http://user:word@registry.example.com/x>; rel="next")",
           R"(</a b>; rel="next")",
       }) {
    EXPECT_EQ(next_of(field), "none") << field;
  }
}

}  // namespace
}  // namespace ecrelay::upstream
