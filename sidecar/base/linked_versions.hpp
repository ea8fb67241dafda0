#pragma once

#include <string>

namespace ecrelay::base {

// The versions of the libraries that only this folder sees, for `ecrelay version`.

/// Of the shared library that is loaded, which may be newer than the headers: "3.0.15".
std::string openssl_version();
std::string spdlog_version();

}  // namespace ecrelay::base
