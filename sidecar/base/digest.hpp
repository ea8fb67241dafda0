#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ecrelay::base {

enum class DigestAlgorithm : std::uint8_t { Sha256, Sha512 };

/// A content digest by the OCI image spec ("sha256:<64 hex>", "sha512:<128 hex>"), lower case.
/// Value type; always well formed once made by parse() or a Hasher.
class Digest {
 public:
  Digest() = default;

  /// InvalidArgument for another algorithm, a wrong length or upper-case hex (OCI image spec,
  /// descriptor.md, "Digests").
  static Result<Digest> parse(std::string_view text);

  [[nodiscard]] DigestAlgorithm algorithm() const { return algorithm_; }
  /// "sha256" or "sha512".
  [[nodiscard]] std::string_view algorithm_name() const;
  [[nodiscard]] std::span<const std::uint8_t> bytes() const;
  [[nodiscard]] std::string hex() const;
  /// "sha256:<hex>".
  [[nodiscard]] std::string str() const;

  auto operator<=>(const Digest&) const = default;  // NOLINT(modernize-use-nullptr)

 private:
  friend class Hasher;
  DigestAlgorithm algorithm_ = DigestAlgorithm::Sha256;
  std::array<std::uint8_t, 64> bytes_{};
};

/// A digest computed piece by piece. Not thread-safe. Movable.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::Sha256);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(std::span<const std::byte> data);
  void update(std::string_view data);
  /// Ends the computation: call once.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view data);

}  // namespace ecrelay::base

template <>
struct std::hash<ecrelay::base::Digest> {
  std::size_t operator()(const ecrelay::base::Digest& digest) const noexcept;
};
