#include "base/digest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <vector>

namespace ecrelay::base {
namespace {

constexpr const char* kAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kAbc512 =
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(Digest, IsPrintedAsItWasParsed) {
  for (const auto* text : {kAbc, kAbc512}) {
    const auto digest = Digest::parse(text);

    ASSERT_TRUE(digest.ok()) << text;
    EXPECT_EQ(digest->str(), text);
  }
}

TEST(Digest, RefusesWhatIsNotWellFormed) {
  const std::string hex(64, 'a');
  const std::vector<std::string> cases = {"",
                                          "sha256",
                                          "sha256:",
                                          hex,
                                          "sha256:" + hex + "a",
                                          "sha256:" + hex.substr(1),
                                          "sha256:" + std::string(64, 'A'),
                                          "sha256:" + std::string(64, 'g'),
                                          "sha512:" + hex,
                                          "md5:" + hex,
                                          "SHA256:" + hex,
                                          " sha256:" + hex,
                                          "sha256:../" + hex.substr(3)};

  for (const auto& text : cases) {
    const auto digest = Digest::parse(text);

    ASSERT_FALSE(digest.ok()) << text;
    EXPECT_EQ(digest.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(Digest, DiffersByAlgorithmAndBytes) {
  const auto one = Digest::parse(kAbc).value();
  const auto other = sha256("abd");
  const std::unordered_set<Digest> set = {one, sha256("abc"), other};

  EXPECT_EQ(one, sha256("abc"));
  EXPECT_NE(one, other);
  EXPECT_EQ(set.size(), 2U);
}

TEST(Hasher, HashesPieceByPiece) {
  Hasher hasher;
  Hasher wide(DigestAlgorithm::Sha512);

  for (const auto* piece : {"a", "", "bc"}) {
    hasher.update(std::string_view(piece));
    wide.update(std::string_view(piece));
  }

  EXPECT_EQ(hasher.finish().str(), kAbc);
  EXPECT_EQ(wide.finish().str(), kAbc512);
}

}  // namespace
}  // namespace ecrelay::base
