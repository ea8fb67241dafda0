#pragma once

#include <string>
#include <string_view>

#include "base/environment.hpp"
#include "base/result.hpp"
#include "base/url.hpp"

namespace ecrelay::aws {

/// A family of Regions with DNS names of its own (botocore's partitions.json).
struct Partition {
  std::string_view id;      ///< "aws-cn"
  std::string_view suffix;  ///< "amazonaws.com.cn"
};

/// By the pattern of the Region's name; the partition `aws` for one that fits none, as in the SDKs.
const Partition& partition_of(std::string_view region);

/// Whose endpoint is wanted.
struct EndpointQuery {
  std::string region;
};

/// The ECR API's endpoint: AWS_ENDPOINT_URL_ECR, else AWS_ENDPOINT_URL (neither if
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true), else the Region's own. An override serves every
/// Region. InvalidArgument for a Region or an override that is malformed.
base::Result<base::Url> ecr_api_endpoint(const EndpointQuery& query,
                                         const base::Environment& environment);

}  // namespace ecrelay::aws
