#include "app/command_definitions.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <string_view>
#include <utility>

#include "app/command_builder.hpp"
#include "app/commands/commands.hpp"
#include "base/units.hpp"
#include "config/value_parsers.hpp"

namespace ecrelay::app {
namespace {

using config::Word;

constexpr std::array<Word<ListFormat>, 2> kListFormats = {
    {{"table", ListFormat::Table}, {"json", ListFormat::Json}}};
constexpr std::array<Word<JobOpenFormat>, 2> kJobOpenFormats = {
    {{"env", JobOpenFormat::Env}, {"json", JobOpenFormat::Json}}};
constexpr std::array<Word<stats::JobStatus>, 4> kEndings = {
    {{"success", stats::JobStatus::Success},
     {"failure", stats::JobStatus::Failure},
     {"cancelled", stats::JobStatus::Cancelled},
     {"unknown", stats::JobStatus::Unknown}}};

template <typename Words>
auto one_of(const Words& words) {
  return [&words](std::string_view text) { return config::parse_word(text, words); };
}

/// A member of a shared request, which it keeps alive.
template <typename Request, typename Member>
std::shared_ptr<Member> part_of(const std::shared_ptr<Request>& request, Member Request::*member) {
  return {request, &((*request).*member)};
}

base::Result<std::string> any_text(std::string_view text) {
  return std::string(text);
}

using GivenPointer = std::shared_ptr<Given>;

void define_relay(CLI::App& root, const GivenPointer& given, Run& chosen) {
  Command(root, "serve", "Run the relay in the foreground",
          "  ecrelay serve --cache-size 50GiB\n"
          "  ecrelay serve --listen 127.0.0.1:0 --ready-file relay-ready.json\n"
          "  ecrelay serve --config /etc/ecrelay.toml --show-config")
      .options(Takes::Everything, given)
      .runs(chosen, [given](const Console& console) { return serve(given->flags, console); });
  Command(root, "start", "Start the relay in the background and print its endpoint",
          "  ecrelay start\n"
          "  ecrelay start --listen 127.0.0.1:0 --job name=build,key=linux")
      .options(Takes::Relay, given)
      .runs(chosen, [given](const Console& console) { return start(given->flags, console); });
  Command(root, "stop", "Stop the relay in the background and print the job's report",
          "  ecrelay stop\n"
          "  ecrelay stop --quiet --state-dir /var/lib/ecrelay")
      .options(Takes::Folders, given)
      .runs(chosen, [given](const Console& console) { return stop(given->flags, console); });
  const auto format = std::make_shared<ListFormat>(ListFormat::Table);
  Command(root, "status", "Show the running relay: identity, rules, store, jobs",
          "  ecrelay status\n"
          "  ecrelay status --format json")
      .options(Takes::Folders, given)
      .value("--format", "table|json", "How to print it. Default: table", one_of(kListFormats),
             format)
      .runs(chosen, [given, format](const Console& console) {
        return status(given->flags, *format, console);
      });
}

/// The library does not know what stands behind the dashes.
class ExecFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string name) const override {
    return "Usage: " + name + " [OPTIONS] -- CMD...\n\n";
  }
};

void define_exec(CLI::App& root, const GivenPointer& given, Run& chosen) {
  Command exec_command(
      root, "exec",
      "Run one command as one job, print the job's report, exit with the command's code\n"
      "The command finds the relay in ECRELAY_ENDPOINT, and its job in ECRELAY_JOB_ID.",
      "  ecrelay exec -- make images\n"
      "  ecrelay exec --job name=build -- sh -c 'crane pull ${ECRELAY_ENDPOINT#http://}/node:20 "
      "n.tar'");
  exec_command.app().formatter(std::make_shared<ExecFormatter>());
  exec_command.options(Takes::Relay, given).runs(chosen, [given](const Console& console) {
    return exec(given->flags, given->behind_dashes, console);
  });
}

void define_job_open(CLI::App& parent, const GivenPointer& given, Run& chosen) {
  const auto format = std::make_shared<JobOpenFormat>(JobOpenFormat::Env);
  Command(parent, "open", "Open a job at the running relay; prints what its clients need",
          "  export $(ecrelay job open --job name=build,key=linux)\n"
          "  ecrelay job open --format json")
      .options(Takes::FoldersAndJob, given)
      .value("--format", "env|json", "How to print it. Default: env", one_of(kJobOpenFormats),
             format)
      .runs(chosen, [given, format](const Console& console) {
        return job_open(given->flags, *format, console);
      });
}

void define_job_close(CLI::App& parent, const GivenPointer& given, Run& chosen) {
  const auto id = std::make_shared<std::string>();
  const auto status = std::make_shared<stats::JobStatus>(stats::JobStatus::Unknown);
  Command close(parent, "close", "Close a job of the running relay",
                "  ecrelay job close current --status success");
  close.app().add_option("ID", *id, "The job's id, or current")->required();
  close.options(Takes::Folders, given)
      .value("--status", "WORD", "success, failure, cancelled or unknown. Default: unknown",
             one_of(kEndings), status)
      .runs(chosen, [given, id, status](const Console& console) {
        return job_close(given->flags, *id, *status, console);
      });
}

void define_job(CLI::App& root, const GivenPointer& given, Run& chosen) {
  auto& job = *root.add_subcommand("job", "Jobs of a relay that serves several");
  job.require_subcommand(1);
  define_job_open(job, given, chosen);
  define_job_close(job, given, chosen);
  const auto format = std::make_shared<ListFormat>(ListFormat::Table);
  Command(job, "list", "The jobs that the state directory has a record of, newest first")
      .options(Takes::Folders, given)
      .value("--format", "table|json", "How to print it. Default: table", one_of(kListFormats),
             format)
      .runs(chosen, [given, format](const Console& console) {
        return job_list(given->flags, *format, console);
      });
}

void define_report(CLI::App& root, const GivenPointer& given, Run& chosen) {
  const auto request = std::make_shared<ReportRequest>();
  Command(root, "report", "One job's report: what was a hit, what was a miss and why",
          "  ecrelay report\n"
          "  ecrelay report --job last --format markdown --output report.md")
      .options(Takes::Folders, given)
      .value("--job", "ID|current|last",
             "Which job. Default: current where a relay runs, else last", any_text,
             part_of(request, &ReportRequest::job))
      .value("--format", "table|markdown|json", "How to print it. Default: table",
             parse_report_format, part_of(request, &ReportRequest::format))
      .value("--output", "FILE", "Where to write it. Default: standard output", any_text,
             part_of(request, &ReportRequest::output))
      .runs(chosen, [given, request](const Console& console) {
        return report(given->flags, *request, console);
      });
}

void define_stats(CLI::App& root, const GivenPointer& given, Run& chosen) {
  const auto request = std::make_shared<StatsRequest>();
  Command(root, "stats", "The history of requests, grouped",
          "  ecrelay stats --since 30d --by image\n"
          "  ecrelay stats --by day --format csv")
      .options(Takes::Folders, given)
      .value("--since", "DURATION", "How far back: 12h, 7d. Default: 7d", base::parse_duration,
             part_of(request, &StatsRequest::since))
      .value("--by", "WORD",
             "Group by job, repository, image, registry, outcome or day. Default: job",
             stats::parse_group_by, part_of(request, &StatsRequest::by))
      .value("--format", "table|json|csv", "How to print it. Default: table",
             stats::parse_stats_format, part_of(request, &StatsRequest::format))
      .runs(chosen, [given, request](const Console& console) {
        return show_stats(given->flags, *request, console);
      });
}

void define_resolve(CLI::App& root, const GivenPointer& given, Run& chosen) {
  const auto references = std::make_shared<std::vector<std::string>>();
  const auto format = std::make_shared<ListFormat>(ListFormat::Table);
  Command resolve_command(root, "resolve",
                          "Where each image reference maps: rule, ECR reference, digest, in store "
                          "or not; asks nobody for the image",
                          "  ecrelay resolve node:20 quay.io/prometheus/node-exporter:v1.8.1\n"
                          "  ecrelay resolve --format json ghcr.io/org/image@sha256:...");
  resolve_command.app().add_option("REF", *references, "Image references")->required();
  resolve_command.options(Takes::Relay, given)
      .value("--format", "table|json", "How to print it. Default: table", one_of(kListFormats),
             format)
      .runs(chosen, [given, references, format](const Console& console) {
        return resolve(given->flags, *references, *format, console);
      });
}

}  // namespace

void define_commands(CLI::App& root, const std::shared_ptr<Given>& given, Run& chosen) {
  define_relay(root, given, chosen);
  define_exec(root, given, chosen);
  define_job(root, given, chosen);
  define_report(root, given, chosen);
  define_stats(root, given, chosen);
  define_resolve(root, given, chosen);
  Command(root, "version", "The versions of ecrelay and of what it is linked with")
      .runs(chosen, show_version);
}

}  // namespace ecrelay::app
