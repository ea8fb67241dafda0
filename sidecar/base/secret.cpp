#include "base/secret.hpp"

#include <openssl/crypto.h>

namespace ecrelay::base {

void Secret::wipe() noexcept {
  // All of the capacity: a moved-from short text is still there, in the string object itself.
  text_.resize(text_.capacity());
  OPENSSL_cleanse(text_.data(), text_.size());
  text_.clear();
}

}  // namespace ecrelay::base
