#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/file_ops.hpp"
#include "base/result.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "support/ecr_double/ecr_double.hpp"
#include "support/ecr_double/json_forms.hpp"
#include "support/ecr_double/oci_layout.hpp"
#include "support/ecr_double/sample_images.hpp"

namespace ecrelay::ecr_double {
namespace {

constexpr const char* kExample =
    "Example: a relay against the emulator, in two terminals\n"
    "  ecr-emulator --make-sample-images --env-file /tmp/emulator.env\n"
    "  . /tmp/emulator.env && ecrelay serve\n"
    "  podman pull --tls-verify=false 127.0.0.1:5055/docker.io/library/sample-base:1\n";

struct Arguments {
  std::vector<std::string> images;
  bool make_sample_images = false;
  std::string sample_layer_size = "8MiB";
  std::string rules_file;
  std::string settings;
  std::string ports;
  std::string env_file;
  Options options;
};

void declare(CLI::App& app, Arguments& arguments) {
  auto& options = arguments.options;
  app.footer(kExample);
  app.add_option("--image", arguments.images,
                 "NAME=DIR: serve an OCI image layout under a name, such as "
                 "docker.io/library/alpine=alpine-layout; may be given again");
  app.add_flag("--make-sample-images", arguments.make_sample_images,
               "Serve the sample images, made in memory");
  app.add_option("--sample-layer-size", arguments.sample_layer_size,
                 "Size of each of the six layers of docker.io/sample/large:1")
      ->capture_default_str();
  app.add_option("--rules", arguments.rules_file,
                 "JSON file of pull-through cache rules, as DescribePullThroughCacheRules returns "
                 "them (default: docker-hub, quay, github)");
  app.add_option("--settings", arguments.settings,
                 "JSON object of settings to begin with, as POST /_emulator/settings takes it");
  app.add_option("--ports", arguments.ports,
                 "Ports, as api=0,registry=0,s3=0,cdn=0,upstream=0; 0 picks one");
  app.add_option("--bind", options.bind, "Loopback address to listen on")->capture_default_str();
  app.add_option("--s3-host", options.s3_host, "Host name of the bucket's URLs; has to resolve");
  app.add_option("--cdn-host", options.cdn_host, "Host name of the CDN's URLs; has to resolve");
  app.add_option("--account", options.account, "AWS account")->capture_default_str();
  app.add_option("--region", options.region, "AWS Region")->capture_default_str();
  app.add_option("--env-file", arguments.env_file,
                 "Write the environment there, as export lines, once everything listens");
}

base::Error invalid(std::string message) {
  return {base::ErrorCode::InvalidArgument, std::move(message)};
}

base::Result<void> add_layout(const std::string& argument, Options& options) {
  const auto equals = argument.find('=');
  const auto slash = argument.find('/');
  if (equals == std::string::npos || slash == std::string::npos || slash > equals) {
    return invalid("--image " + argument + ": REGISTRY/REPOSITORY=DIR is expected");
  }
  ECRELAY_TRY(auto images, read_oci_layout(argument.substr(equals + 1), argument.substr(0, slash),
                                           argument.substr(slash + 1, equals - slash - 1)));
  for (auto& image : images) {
    options.images.push_back(std::move(image));
  }
  return {};
}

base::Result<void> read_ports(const std::string& text, Options& options) {
  for (const auto& piece : base::split(text, ',')) {
    const auto equals = piece.find('=');
    const auto service = parse_service(piece.substr(0, equals));
    const auto port =
        equals == std::string::npos ? std::nullopt : base::parse_uint(piece.substr(equals + 1));
    if (!service || !port || *port > 65535) {
      return invalid("--ports " + text + ": api=0,registry=0,s3=0,cdn=0,upstream=0 is expected");
    }
    options.ports[*service] = static_cast<std::uint16_t>(*port);
  }
  return {};
}

base::Result<Options> complete(Arguments arguments) {
  auto options = std::move(arguments.options);
  if (!base::is_loopback_host(options.bind)) {
    return invalid("--bind " + options.bind + ": only a loopback address is allowed");
  }
  if (!arguments.ports.empty()) {
    ECRELAY_TRY_VOID(read_ports(arguments.ports, options));
  }
  if (!arguments.rules_file.empty()) {
    ECRELAY_TRY(const auto text, base::read_file(arguments.rules_file));
    ECRELAY_TRY(options.rules, parse_rules(text));
  }
  if (arguments.make_sample_images) {
    ECRELAY_TRY(const auto size, base::parse_size(arguments.sample_layer_size));
    options.images = sample_images(size);
  }
  for (const auto& image : arguments.images) {
    ECRELAY_TRY_VOID(add_layout(image, options));
  }
  return options;
}

std::string export_lines(const std::map<std::string, std::string>& variables) {
  std::string lines;
  for (const auto& [name, value] : variables) {
    lines.append("export ").append(name).append("='").append(value).append("'\n");
  }
  return lines;
}

base::Result<void> run(const Arguments& arguments) {
  ECRELAY_TRY(auto options, complete(arguments));
  ECRELAY_TRY(const auto settings,
              change_settings({}, arguments.settings.empty() ? "{}" : arguments.settings));
  // Blocked before the first thread starts, so that sigwait() below is the one that gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  EcrDouble ecr(std::move(options));
  ecr.change([&](Settings& current) { current = settings; });
  const auto lines = export_lines(ecr.environment());
  if (!arguments.env_file.empty()) {
    ECRELAY_TRY_VOID(base::write_file(arguments.env_file, lines, base::FileMode::Private));
  }
  std::cout << lines << "ready" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  return {};
}

int emulate(int argc, char** argv) {
  CLI::App app("A stand-in for Amazon ECR on loopback, for tests and for trying the relay out.",
               "ecr-emulator");
  Arguments arguments;
  declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  const auto result = run(arguments);
  if (!result) {
    std::cerr << "ecr-emulator: " << result.error().message << "\n";
    return result.error().code == base::ErrorCode::InvalidArgument ? 2 : 1;
  }
  return 0;
}

}  // namespace
}  // namespace ecrelay::ecr_double

int main(int argc, char** argv) {
  try {
    return ecrelay::ecr_double::emulate(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "ecr-emulator: " << failure.what() << "\n";
    return 1;
  }
}
