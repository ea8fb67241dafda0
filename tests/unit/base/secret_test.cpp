#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

namespace ecrelay::base {
namespace {

template <typename T>
concept Streamable = requires(std::ostringstream stream, const T& value) {
  stream << value;
};

static_assert(!Streamable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, Secret>);

TEST(Secret, IsCopiedWhole) {
  const Secret original(std::string(100, 'x'));
  Secret copy("old");

  copy = original;

  EXPECT_EQ(copy.reveal(), std::string(100, 'x'));
  EXPECT_EQ(original.reveal(), copy.reveal());
}

/// The object's own bytes, where a short text lives.
std::string raw_bytes(const Secret& secret) {
  return {reinterpret_cast<const char*>(&secret), sizeof secret};
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
  for (const std::size_t size : {8U, 100U}) {
    Secret from(std::string(size, 'x'));
    Secret assigned("old");

    Secret moved(std::move(from));
    const auto left_by_construction = raw_bytes(from);  // NOLINT(bugprone-use-after-move)
    assigned = std::move(moved);
    const auto left_by_assignment = raw_bytes(moved);  // NOLINT(bugprone-use-after-move)

    EXPECT_EQ(left_by_construction.find("xxx"), std::string::npos);
    EXPECT_EQ(left_by_assignment.find("xxx"), std::string::npos);
    EXPECT_EQ(assigned.reveal(), std::string(size, 'x'));
  }
}

}  // namespace
}  // namespace ecrelay::base
