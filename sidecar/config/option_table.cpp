#include "config/option_table.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace ecrelay::config {
namespace {

constexpr auto kValue = OptionKind::Value;
constexpr auto kList = OptionKind::List;
constexpr auto kSwitch = OptionKind::Switch;

constexpr std::array kTable = {
    Option{"listen", kList, "ADDR:PORT", "127.0.0.1:5055", "",
           "Where clients connect: IPv4 or [IPv6]; port 0 picks a free one"},
    Option{"cache-dir", kValue, "DIR", "",
           "$XDG_CACHE_HOME/ecrelay or ~/.cache/ecrelay; for root /var/cache/ecrelay",
           "The store; may be deleted at any time"},
    Option{"cache-size", kValue, "SIZE", "20GiB", "",
           "Bound of the store; 0 streams every blob through without keeping it"},
    Option{"state-dir", kValue, "DIR", "",
           "$XDG_STATE_HOME/ecrelay or ~/.local/state/ecrelay; for root /var/lib/ecrelay",
           "Holds stats.db, control.token and relay.json"},
    Option{"region", kValue, "REGION", "", "from the AWS environment",
           "AWS Region of the registry"},
    Option{"registry-id", kValue, "ACCOUNT", "", "the account of the AWS identity",
           "Account whose ECR registry is used, 12 digits"},
    Option{"registry", kValue, "URL", "", "the proxyEndpoint that ECR returns",
           "Address of the ECR registry; plain http only for a loopback address"},
    Option{"rules", kValue, "auto|static", "auto", "",
           "auto asks ECR for its pull-through cache rules; static takes those of --rule alone"},
    Option{"rule", kList, "UPSTREAM=PREFIX", "", "none",
           "A pull-through cache rule by hand (docker.io=docker-hub, quay.io=ROOT); wins over a "
           "discovered one"},
    Option{"upstream", kList, "HOST=URL", "", "none",
           "Where to reach an upstream registry directly (a mirror, a test double)"},
    Option{"unmapped", kValue, "direct|decline", "",
           "direct for the well-known public registries, else decline",
           "What to do with a registry that no rule covers"},
    Option{"on-ecr-failure", kValue, "direct|decline", "direct", "",
           "What to do when ECR cannot or will not serve an image"},
    Option{"freshness", kValue, "DURATION|always|frozen", "60s", "",
           "How long the digest of a tag is believed without asking the registry"},
    Option{"job", kValue, "auto|none|KEY=VALUE,...", "auto", "",
           "The job that requests without a job of their own belong to"},
    Option{"max-connections", kValue, "N", "1024", "", "Most client connections at one time"},
    Option{"idle-timeout", kValue, "DURATION|off", "off", "",
           "Stop when nothing was asked for so long"},
    Option{"allow-remote", kSwitch, "", "false", "",
           "Let --listen name an address that other machines reach"},
    Option{"client-token-file", kValue, "FILE", "", "none",
           "File with the token that clients of other machines have to send"},
    Option{"client-auth", kValue, "token|none", "token", "",
           "none serves clients of other machines without a token"},
    Option{"log-level", kValue, "trace|debug|info|warn|error", "info", "", "Least level to log"},
    Option{"log-format", kValue, "text|json", "text", "", "Form of a log line"},
    Option{"log-file", kValue, "FILE", "", "standard error", "Where log lines go"},
    Option{"ready-file", kValue, "FILE", "", "none",
           "File that is written once the port is bound: pid, instance, endpoint, token file"},
    Option{"config", kValue, "FILE", "", "none",
           "TOML file whose keys are the names of these options", OptionPlaces::FlagVariable},
    Option{"show-config", kSwitch, "", "false", "",
           "Print each value and where it came from, then end", OptionPlaces::FlagOnly},
};

}  // namespace

std::string Option::flag() const {
  return "--" + std::string(name);
}

std::string Option::variable() const {
  std::string text = "ECRELAY_" + base::upper(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

std::span<const Option> option_table() {
  return kTable;
}

const Option* find_option(std::string_view name) {
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const Option& option) { return option.name == name; });
  return found == kTable.end() ? nullptr : found;
}

}  // namespace ecrelay::config
