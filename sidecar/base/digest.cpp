#include "base/digest.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <new>

#include "base/strings.hpp"

namespace ecrelay::base {
namespace {

constexpr std::size_t size_of(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::Sha256 ? 32 : 64;
}

const EVP_MD* evp(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::Sha256 ? EVP_sha256() : EVP_sha512();
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  Digest digest;
  if (colon == std::string_view::npos || (name != "sha256" && name != "sha512")) {
    return Error{ErrorCode::InvalidArgument,
                 "digest '" + printable(text) + "' is not of the form sha256:<64 hex digits>"};
  }
  digest.algorithm_ = name == "sha256" ? DigestAlgorithm::Sha256 : DigestAlgorithm::Sha512;
  const auto hex_digits = text.substr(colon + 1);
  const auto size = size_of(digest.algorithm_);
  bool good = hex_digits.size() == 2 * size;
  for (std::size_t i = 0; good && i < size; ++i) {
    const int high = lower_hex_value(hex_digits[2 * i]);
    const int low = lower_hex_value(hex_digits[2 * i + 1]);
    good = high >= 0 && low >= 0;
    digest.bytes_[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  if (!good) {
    return Error{ErrorCode::InvalidArgument, "digest '" + printable(text) + "' needs " +
                                                 std::to_string(2 * size) +
                                                 " lower-case hex digits"};
  }
  return digest;
}

std::string_view Digest::algorithm_name() const {
  return algorithm_ == DigestAlgorithm::Sha256 ? "sha256" : "sha512";
}

std::span<const std::uint8_t> Digest::bytes() const {
  return std::span(bytes_).first(size_of(algorithm_));
}

std::string Digest::hex() const {
  return to_hex(bytes());
}

std::string Digest::str() const {
  return std::string(algorithm_name()) + ":" + hex();
}

struct Hasher::State {
  struct Free {
    void operator()(EVP_MD_CTX* owned) const { EVP_MD_CTX_free(owned); }
  };
  DigestAlgorithm algorithm;
  std::unique_ptr<EVP_MD_CTX, Free> context;
};

Hasher::Hasher(DigestAlgorithm algorithm)
    : state_(std::make_unique<State>(
          State{algorithm, std::unique_ptr<EVP_MD_CTX, State::Free>(EVP_MD_CTX_new())})) {
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), evp(algorithm), nullptr) != 1) {
    throw std::bad_alloc();
  }
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::span<const std::byte> data) {
  EVP_DigestUpdate(state_->context.get(), data.data(), data.size());
}

void Hasher::update(std::string_view data) {
  EVP_DigestUpdate(state_->context.get(), data.data(), data.size());
}

Digest Hasher::finish() {
  Digest digest;
  digest.algorithm_ = state_->algorithm;
  EVP_DigestFinal_ex(state_->context.get(), digest.bytes_.data(), nullptr);
  return digest;
}

Digest sha256(std::string_view data) {
  Hasher hasher;
  hasher.update(data);
  return hasher.finish();
}

}  // namespace ecrelay::base

std::size_t std::hash<ecrelay::base::Digest>::operator()(
    const ecrelay::base::Digest& digest) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes().data(), sizeof value);
  return value;
}
