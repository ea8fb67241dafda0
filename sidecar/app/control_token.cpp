#include "app/control_token.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/constant_time.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"

namespace ecrelay::app {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMaxTokenFile = 64 * 1024;

using Permissions = std::filesystem::perms;

base::Result<void> close_to_others(const base::Path& path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!failure && (status.permissions() & ~(Permissions::owner_read | Permissions::owner_write)) !=
                      Permissions::none) {
    std::filesystem::permissions(path, Permissions::owner_read | Permissions::owner_write, failure);
  }
  if (failure) {
    return base::errno_error(path.string(), failure.value());
  }
  return {};
}

}  // namespace

base::Path control_token_path(const base::Path& state_folder) {
  return state_folder / "control.token";
}

base::Result<base::Secret> read_token_file(const base::Path& path) {
  ECRELAY_TRY(const auto text, base::read_file(path, kMaxTokenFile));
  const auto token = base::trim(text);
  if (token.empty() || token.find_first_of(" \t\r\n") != std::string_view::npos) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       path.string() + ": has to hold one token and nothing else"};
  }
  return base::Secret(std::string(token));
}

base::Result<base::Secret> read_control_token(const base::Path& state_folder,
                                              const base::Environment& environment) {
  if (const auto given = environment.get(kControlTokenVariable)) {
    return base::Secret(std::string(base::trim(*given)));
  }
  return read_token_file(control_token_path(state_folder));
}

base::Result<base::Secret> ensure_control_token(const base::Path& state_folder,
                                                const base::Environment& environment) {
  const auto path = control_token_path(state_folder);
  auto token = read_control_token(state_folder, environment);
  if (environment.get(kControlTokenVariable)) {
    return token;
  }
  if (token.ok()) {
    ECRELAY_TRY_VOID(close_to_others(path));
    return token;
  }
  // Not there, or torn by a crash of another program: a file that cannot be read otherwise stays.
  if (token.error().code != base::ErrorCode::NotFound &&
      token.error().code != base::ErrorCode::InvalidArgument) {
    return token;
  }
  ECRELAY_TRY_VOID(
      base::write_file(path, base::random_hex(kTokenBytes) + "\n", base::FileMode::Private));
  return read_token_file(path);
}

bool bears_token(std::string_view authorization, const base::Secret& token) {
  constexpr std::string_view kScheme = "Bearer ";
  if (token.empty() || authorization.size() < kScheme.size() ||
      !base::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return false;
  }
  return base::equal_in_constant_time(base::trim(authorization.substr(kScheme.size())),
                                      token.reveal());
}

}  // namespace ecrelay::app
