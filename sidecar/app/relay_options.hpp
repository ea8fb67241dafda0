#pragma once

#include <string>

#include "app/aws_identity.hpp"
#include "config/options.hpp"
#include "net/http_server.hpp"
#include "proxy/ecr_account.hpp"
#include "proxy/freshness.hpp"
#include "proxy/routes.hpp"

namespace ecrelay::app {

// What the user's options mean to each part of the relay: the parts know nothing of options. Pure.

proxy::EcrAccount::Options account_options(const config::ServeOptions& options,
                                           const AwsIdentity& identity);
proxy::Routes::Options route_options(const config::ServeOptions& options);
proxy::Freshness freshness_of(const config::Freshness& option);
std::string job_option_text(const config::JobOption& option);
net::ServerLimits server_limits(const config::ServeOptions& options);

}  // namespace ecrelay::app
