#pragma once

#include <string_view>

#include "base/result.hpp"
#include "upstream/upstream_registry.hpp"

namespace ecrelay::upstream {

enum class RegistryKind { Ecr, Plain };

/// What an HTTP answer other than success means, by its status and the text of its body. ECR's own
/// meanings (error-pullthroughcache in its user guide): a missing right to import reads like a 404,
/// and trouble of the registry behind ECR has only its text to be told by. Pure.
Failure classify(RegistryKind kind, int status, std::string_view body);

/// What a request that got no answer means.
Failure classify(const base::Error& error);

/// Whether asking again in a moment may help.
bool worth_retrying(const Failure& failure);

/// 401, or ECR's 403 of an expired token (which has no challenge): the token is to blame, not the
/// identity. ECR Public says 400 instead.
bool blames_token(int status, std::string_view body);

}  // namespace ecrelay::upstream
