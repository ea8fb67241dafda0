#pragma once

#include <string_view>

#include "base/environment.hpp"
#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace ecrelay::app {

// The token that whoever changes something at a relay has to show: ECRELAY_CONTROL_TOKEN, else the
// file control.token of the state directory, which only its owner can read.

inline constexpr std::string_view kControlTokenVariable = "ECRELAY_CONTROL_TOKEN";

base::Path control_token_path(const base::Path& state_folder);

/// For the relay: makes the file at first use, and takes from others what rights they have on it.
base::Result<base::Secret> ensure_control_token(const base::Path& state_folder,
                                                const base::Environment& environment);
/// For those who speak to a relay: NotFound where there is no token.
base::Result<base::Secret> read_control_token(const base::Path& state_folder,
                                              const base::Environment& environment);

/// A file that holds one token, such as --client-token-file. InvalidArgument where it holds none.
base::Result<base::Secret> read_token_file(const base::Path& path);

/// Whether an Authorization field's value is "Bearer TOKEN" (RFC 6750 2.1); in constant time.
bool bears_token(std::string_view authorization, const base::Secret& token);

}  // namespace ecrelay::app
