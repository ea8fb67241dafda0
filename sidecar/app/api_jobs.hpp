#pragma once

#include "app/api_exchange.hpp"
#include "app/relay.hpp"
#include "net/http_server.hpp"

namespace ecrelay::app {

// /api/v1/jobs and what is below it. A job is named by its id or by "current"; what is told of it
// is complete to this moment, since the statistics are flushed first.

net::ServerResponse list_jobs(Relay& relay, const ApiRequest& request);
/// The columns of the table `job`, and "totals".
net::ServerResponse show_job(Relay& relay, const ApiRequest& request);
net::ServerResponse show_job_report(Relay& relay, const ApiRequest& request);
/// Takes columns of `job`, gives the id and how clients reach the relay on the job's account.
/// `reopened` tells that the job was open already.
net::ServerResponse open_job(Relay& relay, const ApiRequest& request);
net::ServerResponse close_job(Relay& relay, const ApiRequest& request);

}  // namespace ecrelay::app
